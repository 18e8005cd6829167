/**
 * One closed day: its seal, the files the seal names, and the register of the day with its chains. register/close writes them
 * ('saraban seal 1', 'saraban day 1').
 */
import { isHash, listOf, recordOf, shown, stringOf } from './bytes.js';
import { actHash, entryHash, followChain, startHash } from './chain.js';
import { findFile, listedFiles } from './files.js';
import { judgeStamp } from './stamp.js';
import { bookEn, bookTh } from './words.js';

const count = value => (Number.isSafeInteger(value) && value >= 0 ? value : null);

/** @returns the seal in the shape that is judged here, or { fault } naming what is wrong with it */
export function readSeal(file) {
  const { json } = file;
  const agency = stringOf(recordOf(json.agency)?.code ?? json.agency);
  const previous = json.previousSealSha256 ?? json.previousSeal ?? null;
  const books = listOf(json.books).map(readBook);
  if (agency === '') return { fault: 'agency' };
  if (count(json.ordinal) === null || json.ordinal === 0) return { fault: 'ordinal' };
  if (!/^\d{4}-\d\d-\d\d$/.test(stringOf(json.day))) return { fault: 'day' };
  if (previous !== null && !isHash(previous)) return { fault: 'previousSeal' };
  if ((json.ordinal === 1) !== (previous === null)) return { fault: 'previousSeal' };
  if (books.includes(null)) return { fault: 'books' };
  return {
    file,
    agency,
    agencyName: stringOf(recordOf(recordOf(json.agency)?.name)?.th) || stringOf(recordOf(json.agency)?.nameTh) || agency,
    ordinal: json.ordinal,
    day: json.day,
    previous,
    books,
    listed: listedFiles(json.files),
    certificates: listOf(json.certificates).length,
    signedBy: null,
  };
}

function readBook(item) {
  const book = recordOf(item);
  if (book === null || typeof book.register !== 'string' || count(book.year) === null) return null;
  for (const name of ['firstNumber', 'lastNumber', 'firstAct', 'lastAct']) if (count(book[name]) === null) return null;
  if (book.lastNumber < book.firstNumber - 1 || book.lastAct < book.firstAct - 1) return null;
  return isHash(book.headHash) && isHash(book.actHeadHash) ? book : null;
}

export const bookKey = book => `${book.register} ${book.year}`;
export const bookWords = book => ({ bookTh: bookTh(shown(book.register), book.year), bookEn: bookEn(shown(book.register), book.year) });

/** Judges one seal and what it names. `seals` are all that are here: a file that is not this day's may be another's. */
export async function checkDay(seal, seals, context) {
  const { files, report, vouchers, facts } = context;
  seal.file.used = true;
  const section = report.section('seal', { day: seal.day, ordinal: seal.ordinal, agency: shown(seal.agencyName) });
  seal.signedBy = vouchers.vouch(section, seal.file, seal.agency, 'broken');
  const there = new Map();
  for (const { name, sha256, item } of seal.listed) {
    const { found, file } = findFile(files, seal.file.folder, name, sha256);
    if (found === 'same') {
      section.holds('seal-file-same', { name: shown(name) });
      there.set(name, file);
      file.used = true;
    } else if (found === 'differs') {
      const other = seals.find(one => one !== seal && one.listed.some(listed => listed.sha256 === file.sha256));
      if (other === undefined) section.broken('seal-file-differs', { name: shown(name) });
      else section.broken('seal-file-of-other-day', { name: shown(name), day: other.day });
      // Told by its name: what it says is looked at all the same, so that the number that was altered can be named.
      there.set(name, file);
      file.used = true;
    } else if (item.classified === true) section.open('seal-file-classified', { name: shown(name) });
    else section.open('seal-file-missing', { name: shown(name) });
  }
  if (seal.certificates > 0) section.note('certificate-named', { count: seal.certificates });
  const registers = seal.listed.map(({ name }) => there.get(name)).filter(file => file?.kind === 'day');
  if (registers.length === 0) section.unproven('day-missing');
  else await checkRegisters(section, seal, registers, facts);
  for (const stamp of files.filter(file => file.kind === 'timestamp' && !file.used && file.folder === seal.file.folder)) await judgeStamp(section, stamp, [seal.file]);
}

/** The books of the day: in day.json, and the classified ones in a file of their own when it was given. */
async function checkRegisters(section, seal, registers, facts) {
  const found = new Map();
  for (const file of registers) {
    const { json } = file;
    const agency = stringOf(recordOf(json.agency)?.code ?? json.agency);
    if (agency !== seal.agency || json.day !== seal.day || (json.ordinal !== undefined && json.ordinal !== seal.ordinal))
      section.broken('day-of-other', { name: shown(file.name), day: shown(json.day), agency: shown(agency) });
    for (const book of listOf(json.books).map(recordOf)) {
      if (book === null) continue;
      const key = bookKey(book);
      // The fuller one counts: a classified book stands in day.json by its hashes alone.
      const known = found.get(key);
      if (known === undefined || hidden(book) < hidden(known.book)) found.set(key, { book, file });
    }
  }
  for (const sealed of seal.books) {
    const given = found.get(bookKey(sealed));
    found.delete(bookKey(sealed));
    if (given === undefined) {
      if (sealed.lastNumber >= sealed.firstNumber || sealed.lastAct >= sealed.firstAct) section.open('book-not-given', bookWords(sealed));
      continue;
    }
    await checkBook(section, seal, sealed, given, facts);
  }
  for (const { book } of found.values()) section.broken('book-unsealed', bookWords(book));
}

const hidden = book => [...listOf(book.entries), ...listOf(book.acts)].filter(item => item?.withheld === true).length;

/** The part of the chain that lies in this day, from the entry before it (or the chain's start) to the head that the seal names. */
async function checkBook(section, seal, sealed, { book, file }, facts) {
  const words = bookWords(sealed);
  const entries = listOf(book.entries).map(recordOf).filter(item => item !== null);
  const acts = listOf(book.acts).map(recordOf).filter(item => item !== null);
  const place = key => item => ({ ...item, place: item[key], register: item.register ?? sealed.register, year: item.year ?? sealed.year });
  const before = { entries: stringOf(entries[0]?.previousHash) || sealed.headHash, acts: stringOf(acts[0]?.previousHash) || sealed.actHeadHash };
  sealed.before = before;

  const numbers = await followChain(entries.map(place('number')), sealed.firstNumber, before.entries, entryHash);
  tell(section, 'book', numbers, words);
  const [first, last, total] = [sealed.firstNumber, sealed.lastNumber, entries.length];
  let whole = numbers.faults.length === 0;
  if (numbers.next - 1 !== last) whole = section.broken('book-cut', { ...words, last, found: numbers.next - 1 }) ?? false;
  else if (numbers.head !== sealed.headHash) whole = section.broken('book-head', words) ?? false;
  if (first === 1 && sealed.register !== 'office' && before.entries !== (await startHash(seal.agency, sealed.register, sealed.year)))
    whole = section.broken('book-start', words) ?? false;
  if (whole && total > 0) section.holds('book-entries', { ...words, first, last, count: total });
  if (whole && total === 0 && sealed.register !== 'office') section.note('book-none', { ...words, last });
  if (numbers.withheld > 0) section.open('book-withheld', { ...words, count: numbers.withheld });
  for (const entry of entries) facts.note({ agency: seal.agency, register: sealed.register, year: sealed.year, number: entry.number, hash: entry.hash, where: file.path });

  const deeds = await followChain(acts.map(place('ordinal')), sealed.firstAct, before.acts, actHash);
  tell(section, 'acts', deeds, words);
  whole = deeds.faults.length === 0;
  if (deeds.next - 1 !== sealed.lastAct) whole = section.broken('acts-cut', { ...words, last: sealed.lastAct, found: deeds.next - 1 }) ?? false;
  else if (deeds.head !== sealed.actHeadHash) whole = section.broken('acts-head', words) ?? false;
  if (sealed.firstAct === 1 && before.acts !== (await startHash(seal.agency, `act:${sealed.register}`, 0))) whole = section.broken('acts-start', words) ?? false;
  if (whole && acts.length > 0) section.holds('acts-chain', { ...words, first: sealed.firstAct, last: sealed.lastAct });
  if (deeds.withheld > 0) section.open('acts-withheld', { ...words, count: deeds.withheld });
  for (const act of acts) facts.noteAct({ agency: seal.agency, register: sealed.register, ordinal: act.ordinal, hash: act.hash, where: file.path });

  const cancelled = entries.filter(entry => entry.state === 'cancelled').map(entry => entry.number);
  if (cancelled.length > 0) section.note('book-cancelled', { ...words, numbers: cancelled.slice(0, 50).join(', ') });
}

const MOST_FAULTS = 20;

function tell(section, kind, { faults }, words) {
  for (const { kind: fault, place, expected } of faults.slice(0, MOST_FAULTS)) section.broken(`${kind}-${fault}`, { ...words, place: shown(place), expected });
}

/** A register of a day that no seal names: its chains are looked at, and nobody vouches for it. */
export function checkDayAlone(file, context) {
  file.used = true;
  context.report.section('dayAlone', { name: shown(file.path) }).unproven('day-without-seal');
}
