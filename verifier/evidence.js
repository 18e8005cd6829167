/**
 * An evidence pack of one letter ('saraban evidence 1', register/evidence/evidence.ts writes it): the letter's bytes, its entry with all that the
 * chain covers, what was done to it, the acknowledgement, and the closed day it stands in.
 */
import { isHash, listOf, recordOf, shown, stringOf } from './bytes.js';
import { actHash, entryHash } from './chain.js';
import { findFile, listedFiles } from './files.js';
import { hashesOfParts, readReceipt } from './receipt.js';

/** @param facts - the book of facts of check.js: every entry seen, wherever */
export async function checkEvidence(manifest, context) {
  const { files, report, vouchers, facts } = context;
  manifest.used = true;
  const { json, folder } = manifest;
  const agency = stringOf(recordOf(json.agency)?.code);
  const section = report.section('evidence', {
    number: json.number,
    year: json.year,
    agency: shown(recordOf(json.agency)?.name?.th ?? agency),
    path: shown(folder),
  });
  vouchers.vouch(section, manifest, agency, 'broken');
  const listed = listedFiles(json.files);
  const there = new Map();
  for (const { name, sha256 } of listed) {
    const { found, file } = findFile(files, folder, name, sha256);
    if (found === 'same') {
      there.set(name, file);
      file.used = true;
    } else if (found === 'differs') {
      file.used = true;
      there.set(name, file);
      section.broken('file-differs', { name: shown(name) });
    } else section.broken('file-missing', { name: shown(name) });
  }
  const whole = listed.filter(({ name, sha256 }) => there.get(name)?.sha256 === sha256).length;
  if (whole === listed.length && whole > 0) section.holds('files-whole', { count: whole });
  // What lies in the pack without being named in its list was put there by somebody else.
  const names = new Set([manifest.path, ...[...there.values()].map(file => file.path)]);
  if (manifest.container !== null)
    for (const file of files.filter(one => one.container === manifest.container && !names.has(one.path) && one.kind !== 'signature'))
      section.broken('file-extra', { name: shown(file.path.slice(folder.length)) });

  const entryFile = there.get('entry.json');
  if (entryFile?.json == null || entryFile.kind !== 'entry') {
    section.broken('entry-missing', {});
    return { section, json, entry: null };
  }
  await checkEntry(section, entryFile, there, agency, facts);
  return { section, json, entry: recordOf(entryFile.json.entry) };
}

/** Whether the closed day that the pack names is here and has the letter's number in it. Called when the seals were judged. */
export function checkStanding({ section, json, entry }, seals) {
  const named = recordOf(json.closedDay);
  if (entry === null) return;
  if (named === null) {
    section.note('not-closed-yet');
    return;
  }
  const agency = stringOf(recordOf(json.agency)?.code);
  const data = { number: `${shown(entry.number)}/${shown(entry.year)}`, day: shown(named.day) };
  const seal = seals.find(one => one.agency === agency && one.day === named.day && one.ordinal === named.ordinal);
  if (seal === undefined) section.broken('day-not-here', data);
  else {
    const book = seal.books.find(
      one => one.register === entry.register && one.year === entry.year && one.first <= entry.number && entry.number <= one.last,
    );
    section.judge(book !== undefined, 'entry-in-day', 'entry-not-in-day', data);
  }
  if (named.dayFiles === false) section.open('day-left-out', data);
}

async function checkEntry(section, entryFile, there, agency, facts) {
  const { json } = entryFile;
  const entry = recordOf(json.entry) ?? {};
  const number = `${shown(entry.number)}/${shown(entry.year)}`;
  section.judge((await entryHash(entry)) === entry.hash, 'entry-hash', 'entry-altered', { number });
  facts.note({ agency, register: entry.register, year: entry.year, number: entry.number, hash: entry.hash, where: entryFile.path });

  const message = there.get('message.eml');
  if (isHash(entry.rawSha256)) {
    if (message === undefined) section.unproven('message-absent', { number });
    else section.judge(message.sha256 === entry.rawSha256, 'message-same', 'message-differs', { name: shown(message.path), number });
  }
  const inside = message === undefined ? null : await hashesOfParts(message.bytes);
  for (const item of listOf(json.attachments)) {
    const file = typeof item?.file === 'string' ? there.get(item.file) : undefined;
    const name = shown(item?.name || item?.file);
    // Its texts a letter carries itself; what else it carried lies beside it.
    if (item?.file === null) continue;
    if (file === undefined) section.open('attachment-absent', { name });
    else if (file.sha256 !== item.sha256) section.broken('attachment-differs', { name });
    else if (inside?.has(item.sha256)) section.holds('attachment-in-message', { name });
    else section.open('attachment-not-found', { name });
  }

  let good = 0;
  let before = null;
  for (const act of listOf(json.acts).map(recordOf)) {
    if (act === null) continue;
    const data = { ordinal: shown(act.ordinal), kind: shown(act.kind) };
    const linked =
      before === null || before.register !== act.register || before.ordinal + 1 !== act.ordinal || before.hash === act.previousHash;
    if (act.entryId !== entry.id || (await actHash(act)) !== act.hash) section.broken('act-altered', data);
    else if (!linked) section.broken('act-unlinked', data);
    else {
      good++;
      facts.noteAct({ agency, register: act.register, ordinal: act.ordinal, hash: act.hash, where: entryFile.path });
    }
    before = act;
  }
  if (good > 0) section.holds('acts-hash', { count: good });
  section.note('facts-not-hashed', {});

  const mail = there.get('acknowledgement.eml');
  if (mail !== undefined) {
    const receipt = await readReceipt(mail);
    if (receipt === null) section.broken('receipt-unreadable', { name: shown(mail.path) });
    else {
      const { json: said } = receipt.file;
      section.judge(
        said.messageSha256 === entry.rawSha256 &&
          said.entryHash === entry.hash &&
          said.number === entry.number &&
          said.year === entry.year &&
          said.register === entry.register,
        'receipt-of-entry',
        'receipt-of-other',
        { number, other: `${shown(said.number)}/${shown(said.year)}` },
      );
    }
  }
}
