/** The verifier as a page, opened from a file: nothing leaves it, nothing comes in but the files that are dropped. */
import { check } from './check.js';
import { plainFingerprint, spacedFingerprint } from './signature.js';
import { STATES, VERDICTS } from './words.js';

const place = id => document.getElementById(id);

/** Files stay until they are cleared, so that an acknowledgement and its letter may be dropped one after the other. */
let given = [];
let running = 0;

function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...inside);
  return element;
}

function twin(th, en, tag = 'p', className = '') {
  const english = make('span', '', en);
  english.lang = 'en';
  return make(tag, className, th, english);
}

async function add(entries) {
  place('drop').classList.remove('over');
  const turn = ++running;
  show(twin('กำลังตรวจสอบ', 'Checking', 'p', 'working'));
  try {
    for (const { name, file } of entries) given.push({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
    await judgeGiven(turn);
  } catch (error) {
    show(twin('ตรวจสอบไม่สำเร็จ', `It could not be checked: ${error?.message ?? error}`, 'p', 'verdict broken'));
  }
}

async function judgeGiven(turn = ++running) {
  place('names').replaceChildren(...given.map(({ name, bytes }) => make('li', '', `${name} · ${bytes.length.toLocaleString('en')} B`)));
  place('clear').hidden = given.length === 0;
  if (given.length === 0) {
    show();
    return;
  }
  const fingerprints = place('key')
    .value.split(/[\n,;]+/)
    .map(plainFingerprint)
    .filter(text => text !== '');
  const wrong = place('key').value.trim() !== '' && fingerprints.length === 0;
  place('key-wrong').hidden = !wrong;
  const report = await check(given, { fingerprints });
  if (turn === running) show(...drawn(report));
}

function drawn(report) {
  const verdict = report.verdict();
  const parts = [twin(...VERDICTS[verdict], 'p', `verdict ${verdict}`)];
  for (const { title, findings } of report.sections) {
    const list = make('ul', '');
    for (const { state, th, en } of findings) {
      const mark = twin(...STATES[state], 'b', '');
      list.append(make('li', state, mark, twin(th, en, 'div')));
    }
    parts.push(make('section', '', twin(title.th, title.en, 'h2'), list));
  }
  if (report.keys.size > 0) {
    const list = make('dl', '');
    for (const key of report.keys.values()) {
      const given = twin('เป็นกุญแจที่ท่านระบุ', 'the one you named', 'small', 'given');
      list.append(
        make('dt', '', key.agencies.join(', '), ...(key.given ? [' ', given] : [])),
        make('dd', '', spacedFingerprint(key.fingerprint)),
      );
    }
    place('keys').replaceChildren(list);
  }
  place('keys-box').hidden = report.keys.size === 0;
  return parts;
}

function show(...parts) {
  place('answer').replaceChildren(...parts);
  if (parts.length === 0) place('keys-box').hidden = true;
}

/** Files of what was dropped, folders included. */
async function filesOf(transfer) {
  const roots = [...transfer.items].map(item => item.webkitGetAsEntry?.() ?? null).filter(entry => entry !== null);
  if (roots.length === 0) return [...transfer.files].map(file => ({ name: file.name, file }));
  const found = [];
  for (const root of roots) await walk(root, '', found, 0);
  return found;
}

async function walk(entry, folder, found, depth) {
  if (depth > 8 || found.length > 50_000) return;
  if (entry.isFile) {
    found.push({ name: folder + entry.name, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, `${folder}${entry.name}/`, found, depth + 1);
  }
}

if (globalThis.crypto?.subtle === undefined || globalThis.DecompressionStream === undefined) {
  place('too-old').hidden = false;
  place('drop').hidden = true;
} else {
  place('files').addEventListener('change', async event => {
    await add([...event.target.files].map(file => ({ name: file.name, file })));
    event.target.value = '';
  });
  const drop = place('drop');
  document.addEventListener('dragover', event => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', event => {
    if (event.relatedTarget === null) drop.classList.remove('over');
  });
  document.addEventListener('drop', async event => {
    event.preventDefault();
    await add(await filesOf(event.dataTransfer));
  });
  place('key').addEventListener('change', () => judgeGiven());
  place('clear').addEventListener('click', async () => {
    given = [];
    await judgeGiven();
  });
}
