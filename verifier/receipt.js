/**
 * An acknowledgement: its JSON, alone or in the mail that brought it, and the letter it is of. The other files that were given are held against
 * what it says was received.
 */
import { isHash, listOf, objectOf, recordOf, sha256, shown, stringOf } from './bytes.js';
import { fileOf } from './files.js';
import { partsOfMail } from './mail.js';

/** Hashes of what a mail carries, its parts' transfer encodings undone. */
export async function hashesOfParts(bytes) {
  const hashes = new Map();
  for (const part of partsOfMail(bytes)) hashes.set(await sha256(part.bytes), part);
  return hashes;
}

/**
 * The acknowledgement in a mail.
 * @returns { file, signature } as files in the manner of files.js (signature null when none is in it), or null when the mail is none
 */
export async function readReceipt(mail) {
  const parts = partsOfMail(mail.bytes);
  const part = parts.find(one => one.type === 'application/vnd.saraban.acknowledgement+json' || one.name === 'acknowledgement.json');
  if (part === undefined || objectOf(part.bytes)?.format !== 'saraban.acknowledgement/1') return null;
  const signature = parts.find(one => one.name === 'acknowledgement.sig.json' || one.type === 'application/vnd.saraban.signature+json');
  return {
    file: await partFile(mail, 'acknowledgement.json', part.bytes, 'acknowledgement'),
    signature:
      signature === undefined || objectOf(signature.bytes) === null
        ? null
        : await partFile(mail, 'acknowledgement.sig.json', signature.bytes, 'signature'),
  };
}

/** What a part of a mail must be to be taken out of it: a report of a closed day or of a certificate brings its seal so. */
const BROUGHT = new Set(['seal', 'signature', 'day', 'certificate', 'evidence', 'acknowledgement']);

/** The attachments of a mail of ours that was saved as it came; none when it brings nothing of ours. */
export async function filesOfMail(mail) {
  const files = [];
  for (const part of partsOfMail(mail.bytes))
    if (part.name !== '') files.push({ ...(await fileOf(`${mail.path}/${part.name}`, part.bytes, null)), ours: true });
  return files.some(file => BROUGHT.has(file.kind)) ? files : [];
}

async function partFile(mail, name, bytes, kind) {
  const folder = `${mail.path}/`;
  return {
    path: folder + name,
    folder,
    name,
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json: objectOf(bytes),
    kind,
    container: null,
    ours: true,
    used: false,
  };
}

export async function checkReceipt(receipt, context) {
  const { files, report, vouchers, facts } = context;
  receipt.used = true;
  const { json } = receipt;
  const agency = stringOf(recordOf(json.agency)?.code);
  const number = `${shown(json.number)}/${shown(json.year)}`;
  const section = report.section('acknowledgement', {
    number,
    agency: shown(recordOf(recordOf(json.agency)?.name)?.th || agency),
    at: shown(json.receivedAt),
    path: shown(receipt.path),
  });
  const signed = vouchers.vouch(section, receipt, agency, 'unproven');
  if (signed === null) section.note('receipt-unsigned-note', {});
  facts.note({ agency, register: json.register, year: json.year, number: json.number, hash: json.entryHash, where: receipt.path });
  const attachments = listOf(json.attachments)
    .map(recordOf)
    .filter(item => item !== null && isHash(item.sha256));
  // In an evidence pack the entry itself is held against it; here the files that somebody brings along are.
  const brought = files.filter(
    file => (file.kind === 'other' || file.kind === 'mail' || (file.kind === 'zip' && !file.ours)) && !file.used && !file.receipt,
  );
  if (brought.length === 0) {
    if (!files.some(file => file.sha256 === json.messageSha256)) section.open('receipt-no-letter', {});
    else section.holds('receipt-message', { name: shown(files.find(file => file.sha256 === json.messageSha256).path), number });
    return;
  }
  for (const file of brought) {
    const data = { name: shown(file.path), number };
    const attachment = attachments.find(item => item.sha256 === file.sha256);
    const sameName = attachments.find(item => item.name === file.name);
    if (file.sha256 === json.messageSha256) section.holds('receipt-message', data);
    else if (attachment !== undefined) section.holds('receipt-attachment', { ...data, attachment: shown(attachment.name) });
    else if (file.kind === 'mail') {
      section.broken('receipt-message-differs', data);
      const inside = await hashesOfParts(file.bytes);
      for (const item of attachments) {
        if (inside.has(item.sha256)) section.note('receipt-inside-same', { name: shown(item.name) });
        else section.note('receipt-inside-other', { name: shown(item.name) });
      }
    } else if (sameName !== undefined) section.broken('receipt-attachment-differs', data);
    else continue;
    file.used = true;
  }
}
