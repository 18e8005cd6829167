/**
 * What is signed and listed, whatever it means: a certificate of a copy ('saraban certificate 1', backup/prove), the manifest of an agency's export, of a copy.
 * Checked are the signature and the files that a list names, as far as they are here; what the thing says of the world is not judged.
 */
import { bytesOfText, isHash, recordOf, sha256, shown, shownTime, stringOf, textOf } from './bytes.js';
import { findFile, listedFiles } from './files.js';
import { SIGNATURE_FORMAT } from './signature.js';

/** Lists of hashes as sha256sum writes them. */
const LISTS = ['files.sha256', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'];

/**
 * A certificate carries its signature within: of its own text without that member. The two are put beside it, as if they were files.
 * @returns files in the manner of files.js; none when it carries none
 */
export async function filesOfCertificate(file) {
  const signature = recordOf(file.json.signature);
  if (signature === null || signature.format !== SIGNATURE_FORMAT) return [];
  const { signature: _, ...rest } = file.json;
  const bytes = bytesOfText(`${JSON.stringify(rest, null, 2)}\n`);
  const folder = `${file.path}/`;
  const made = { folder, container: null, ours: true, used: false };
  file.unsigned = {
    ...made,
    path: `${folder}certificate.json`,
    name: 'certificate.json',
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json: rest,
    kind: 'unsigned',
  };
  return [
    file.unsigned,
    { ...made, path: `${folder}signature`, name: shown(file.name), bytes, size: 0, sha256: '', json: signature, kind: 'signature' },
  ];
}

export function checkStatement(file, { files, report, vouchers }) {
  file.used = true;
  const { json } = file;
  const agency = stringOf(recordOf(json.agency)?.code ?? json.agency);
  const section = report.section(file.kind, { name: shown(file.path), format: shown(json.format) });
  if (file.unsigned !== undefined) {
    // The appliance signs what it found of each agency's letters.
    vouchers.vouch(section, file.unsigned, '', 'broken');
    // Another way of writing the same values could show other programs something else.
    if (textOf(file.bytes) !== `${JSON.stringify(json, null, 2)}\n`) section.broken('certificate-bytes', { name: shown(file.path) });
  } else vouchers.vouch(section, file, agency, 'broken');
  if (file.kind === 'certificate') section.note('certificate-outcome', { outcome: shown(json.outcome), at: shownTime(json.provenAt) });
  section.open('meaning-unknown');
  compare(section, files, file.folder, listedFiles(json.files));
  const list = recordOf(json.files);
  if (isHash(list?.sha256)) {
    const { found, file: listed } = findFile(files, file.folder, 'files.sha256', list.sha256);
    if (found === 'missing') section.open('seal-file-missing', { name: 'files.sha256' });
    else if (found === 'differs') section.broken('file-differs', { name: 'files.sha256' });
    else if (!listed.used) {
      listed.used = true;
      compare(section, files, listed.folder, linesOf(listed));
    }
  }
}

/** Lists of hashes that no signed file names: what they say is compared, and nobody vouches for it. */
export function checkList(file, { files, report }) {
  file.used = true;
  const section = report.section('list', { name: shown(file.path) });
  compare(section, files, file.folder, linesOf(file));
  section.unproven('unsigned', { name: shown(file.name) });
}

export const isList = file => file.kind === 'other' && LISTS.includes(file.name);

function linesOf(file) {
  return (textOf(file.bytes) ?? '').split(/\r?\n/).flatMap(line => {
    const found = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line);
    return found === null ? [] : [{ sha256: found[1].toLowerCase(), name: found[2] }];
  });
}

const MOST_DIFFERENT = 50;

function compare(section, files, folder, listed) {
  let [whole, absent, faults] = [0, 0, 0];
  const byPath = new Map(files.map(file => [file.path, file]));
  for (const { name, sha256: hash } of listed) {
    // A long list is walked by paths; only what lies elsewhere is looked for.
    const there = byPath.get(folder + name);
    const { found, file } = there?.sha256 === hash ? { found: 'same', file: there } : findFile(files, folder, name, hash);
    if (file !== null) file.used = true;
    if (found === 'same') whole++;
    else if (found === 'missing') absent++;
    else if (faults++ < MOST_DIFFERENT) section.broken('file-differs', { name: shown(name) });
  }
  if (whole > 0) section.holds('listed-files', { count: whole });
  if (absent > 0) section.open('listed-absent', { count: absent });
}
