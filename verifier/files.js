/**
 * The files that were given, with the ones in their ZIPs: each hashed, and known by what it is. What lies under attachments/ belongs to a letter
 * and is opened no further.
 */
import { isHash, listOf, objectOf, sha256, shown, stringOf } from './bytes.js';
import { isMail } from './mail.js';
import { SIGNATURE_FORMAT } from './signature.js';
import { isZip, unzip, ZIP_LIMITS } from './zip.js';

const DEEPEST_ZIP = 3;
const MOST_FILES = 50_000;
const LONGEST_JSON = 200 * 2 ** 20;

/** kind → the word at the beginning of `format` */
const FORMATS = [
  ['signature', SIGNATURE_FORMAT],
  ['seal', 'saraban seal 1'],
  ['day', 'saraban day 1'],
  ['certificate', 'saraban certificate 1'],
  ['evidence', 'saraban evidence 1'],
  ['entry', 'saraban evidence entry 1'],
  ['acknowledgement', 'saraban.acknowledgement/1'],
];

/**
 * @param given - [{ name, bytes }]; a name may be a path with '/'
 * @returns [{ path, folder, name, bytes, size, sha256, kind, json, known, container, used }]
 */
export async function gather(given, report) {
  const files = [];
  const budget = { bytes: ZIP_LIMITS.totalBytes };
  const section = report.section('reading');
  for (const { name, bytes } of given) await take(name.replaceAll('\\', '/').replace(/^\.?\/+/, ''), bytes, 0, null);
  if (section.findings.length === 0) report.sections.splice(report.sections.indexOf(section), 1);
  return files;

  async function take(path, bytes, depth, container) {
    if (files.length >= MOST_FILES) {
      if (files.length === MOST_FILES) section.broken('too-many-files', { most: MOST_FILES });
      return;
    }
    const file = await fileOf(path, bytes, container);
    files.push(file);
    if (file.kind !== 'zip' || depth >= DEEPEST_ZIP || /(^|\/)attachments\//.test(path)) return;
    const { files: inside, faults } = await unzip(bytes, budget);
    const before = files.length;
    for (const one of inside) await take(`${path}/${one.name}`, one.bytes, depth + 1, file);
    // A ZIP that holds nothing of ours is somebody's file, and what is wrong inside it is not our matter.
    file.ours =
      files.slice(before).some(one => one.kind !== 'other' && one.kind !== 'mail' && one.kind !== 'zip') ||
      files.slice(before).some(one => one.ours);
    if (!file.ours) files.splice(before);
    if (file.ours || looksLikeOurs(path))
      for (const fault of faults) section.broken(`zip-${fault.why}`, { name: shown(path), inside: shown(fault.name) });
  }
}

/** A pack whose directory is broken has nothing inside to be known by. */
function looksLikeOurs(path) {
  return /\.zip$/i.test(path);
}

export async function fileOf(path, bytes, container) {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  const json = bytes.length <= LONGEST_JSON ? objectOf(bytes) : null;
  return {
    path,
    folder: path.slice(0, cut),
    name,
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json,
    kind: kindOf(name, bytes, json),
    container,
    ours: false,
    used: false,
  };
}

function kindOf(name, bytes, json) {
  if (isZip(bytes)) return 'zip';
  if (json !== null) {
    const format = stringOf(json.format);
    const known = FORMATS.find(([, word]) => format === word);
    if (known !== undefined) return known[0];
    // Other versions and other formats of ours: signatures are checked, their meaning is not known here.
    return /^saraban[ .]/.test(format) ? 'statement' : 'other';
  }
  if (/\.(tsr|tst)$/i.test(name)) return 'timestamp';
  return isMail(bytes) ? 'mail' : 'other';
}

/**
 * The file that a list names by name and hash. In a folder or a ZIP the name counts, so that a good copy elsewhere cannot hide a bad one; in a loose heap,
 * where files of several days may have one name, the bytes count.
 * @returns { found: 'same'|'differs'|'missing', file }
 */
export function findFile(files, folder, name, hash) {
  const named = files.find(file => file.path === folder + name);
  if (folder !== '' && named !== undefined) return { found: named.sha256 === hash ? 'same' : 'differs', file: named };
  const base = name.slice(name.lastIndexOf('/') + 1);
  const same = files.filter(file => file.sha256 === hash);
  const file =
    same.find(one => one.path === folder + name) ??
    same.find(one => one.folder === folder) ??
    same.find(one => one.name === base) ??
    same[0];
  if (file !== undefined) return { found: 'same', file };
  return named === undefined ? { found: 'missing', file: null } : { found: 'differs', file: named };
}

/** A list of files as our formats carry it: only what has a name and a hash. */
export function listedFiles(list) {
  return listOf(list).flatMap(item =>
    typeof item?.name === 'string' && isHash(item.sha256) ? [{ name: item.name, sha256: item.sha256, size: item.size, item }] : [],
  );
}

/** Marks a file and its copies: what came twice, in a pack and alone, is judged once. */
export function useAll(files, file) {
  for (const one of files) if (one.sha256 === file.sha256) one.used = true;
}
