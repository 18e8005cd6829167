/** The public page: hashes a file on the visitor's device and asks whether it is the one that was received. Only the hash is sent. */
import { Sha256 } from './sha256.js';

const section = document.querySelector('[data-compare]');
const drop = section?.querySelector('.drop');
const input = drop?.querySelector('input');
const answer = section?.querySelector('.answer');

function say(what, more = '') {
  answer.className = `answer ${what}`;
  answer.replaceChildren(section.querySelector(`template[data-say="${what}"]`).content.cloneNode(true));
  if (more !== '') answer.append(` ${more}`);
}

async function hashOf(file) {
  const hash = new Sha256();
  const reader = file.stream().getReader();
  let read = 0;
  let shown = -1;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return hash.hex();
    hash.update(value);
    read += value.length;
    const percent = Math.floor((read / file.size) * 100);
    if (percent >= shown + 10) {
      shown = percent;
      say('working', `${percent}%`);
      await new Promise(resolve => setTimeout(resolve));
    }
  }
}

async function compare(file) {
  try {
    say('working');
    const body = new URLSearchParams({ sha256: await hashOf(file) });
    const response = await fetch(section.dataset.compare, { method: 'POST', body, headers: { accept: 'application/json' } });
    if (response.status === 429) say('busy');
    else if (!response.ok) say('failed');
    else say((await response.json()).received === true ? 'same' : 'other');
  } catch {
    say('failed');
  }
}

if (drop && input && answer) {
  drop.hidden = false;
  input.addEventListener('change', () => {
    if (input.files.length > 0) compare(input.files[0]);
    input.value = '';
  });
  for (const kind of ['dragenter', 'dragover']) {
    drop.addEventListener(kind, event => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    const file = event.dataTransfer.files[0];
    if (file) compare(file);
  });
  // A file that misses the field must not replace the page.
  for (const kind of ['dragover', 'drop']) document.addEventListener(kind, event => event.preventDefault());
}
