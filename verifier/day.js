/**
 * One closed day: its seal ('saraban seal 1'), the files the seal names, and the register of the day ('saraban day 1') with its chains.
 * register/close writes them; register/close/day-format.ts says what stands in them.
 */
import { grouped, isHash, listOf, recordOf, shown, stringOf } from './bytes.js';
import { actHash, entryHash, followChain, startHash } from './chain.js';
import { findFile, listedFiles, useAll } from './files.js';
import { judgeStamp } from './stamp.js';
import { bookEn, bookTh } from './words.js';

const isCount = value => Number.isSafeInteger(value) && value >= 0;

/** @returns the seal in the shape that is judged here, or { fault } naming what is wrong with it */
export function readSeal(file) {
  const { json } = file;
  const previous = json.previous ?? null;
  const books = listOf(json.books).map(readBook);
  if (typeof json.agency !== 'string' || json.agency === '') return { fault: 'agency' };
  if (!isCount(json.ordinal) || json.ordinal === 0) return { fault: 'ordinal' };
  if (!/^\d{4}-\d\d-\d\d$/.test(stringOf(json.day))) return { fault: 'day' };
  if ((previous !== null && !isHash(previous)) || (json.ordinal === 1) !== (previous === null)) return { fault: 'previous' };
  if (books.includes(null) || new Set(books.map(bookKey)).size < books.length) return { fault: 'books' };
  const { agency, ordinal, day } = json;
  const listed = listedFiles(json.files);
  const certificates = listOf(json.certificates)
    .map(recordOf)
    .filter(one => isHash(one?.sha256));
  const missing = listOf(json.missing).filter(name => typeof name === 'string');
  return {
    file,
    agency,
    agencyName: agency,
    ordinal,
    day,
    previous,
    books,
    listed,
    certificates,
    missing,
    key: stringOf(json.key),
    signedBy: null,
  };
}

function readBook(item) {
  const book = recordOf(item);
  if (book === null || typeof book.register !== 'string' || !isCount(book.year)) return null;
  if (![book.first, book.last, book.firstAct, book.lastAct].every(isCount)) return null;
  if (book.last < book.first - 1 || book.lastAct < book.firstAct - 1) return null;
  return isHash(book.head) && isHash(book.actHead) ? { ...book, before: null, actBefore: null } : null;
}

export const bookKey = book => `${book.register} ${book.year}`;
export const bookWords = book => ({ bookTh: bookTh(shown(book.register), book.year), bookEn: bookEn(shown(book.register), book.year) });

/** Judges one seal and what it names. `seals` are all that are here: a file that is not this day's may be another's. */
export async function checkDay(seal, seals, context) {
  const { files, report, vouchers, facts } = context;
  seal.file.used = true;
  const section = report.section('seal', { day: seal.day, ordinal: seal.ordinal, agency: shown(seal.agency) });
  seal.signedBy = vouchers.vouch(section, seal.file, seal.agency, 'broken');
  if (seal.signedBy !== null && seal.key !== seal.signedBy.fingerprint) section.broken('seal-other-key', { name: shown(seal.file.name) });
  const registers = [];
  for (const { name, sha256, item } of seal.listed) {
    const { found, file } = findFile(files, seal.file.folder, name, sha256);
    if (found === 'missing') {
      section.open(item.classified === true ? 'seal-file-classified' : 'seal-file-missing', { name: shown(name) });
      continue;
    }
    useAll(files, file);
    const other = seals.find(one => one !== seal && one.listed.some(listed => listed.sha256 === file.sha256));
    if (found === 'same') section.holds('seal-file-same', { name: shown(name) });
    else if (other === undefined) section.broken('seal-file-differs', { name: shown(name) });
    else section.broken('seal-file-of-other-day', { name: shown(name), day: other.day });
    // What is not the sealed file is walked all the same, so that the number that was altered can be named.
    if (file.kind === 'day' && other === undefined) registers.push({ file, sealed: found === 'same' });
  }
  for (const { sha256 } of seal.certificates) {
    const file = files.find(one => one.sha256 === sha256);
    if (file !== undefined) section.holds('certificate-sealed', { name: shown(file.path) });
  }
  if (seal.certificates.length > 0) section.note('certificate-named', { count: seal.certificates.length });
  if (seal.missing.length > 0) section.note('seal-not-made', { names: shown(seal.missing.join(', ')) });
  if (registers.length === 0) section.open('day-missing');
  else await checkRegisters(section, seal, registers, facts);
  for (const stamp of files.filter(file => file.kind === 'timestamp' && !file.judged && isOfSeal(file, seal)))
    await judgeStamp(section, stamp, [seal.file]);
}

/** In a folder of its own a token is the seal's; in a loose heap it is judged against every file (check.js). */
function isOfSeal(stamp, seal) {
  return stamp.folder === seal.file.folder && stamp.folder !== '';
}

/** The books of the day: in day.json, and what is classified in a file of its own, when it was given. */
async function checkRegisters(section, seal, registers, facts) {
  const books = new Map();
  for (const { file, sealed } of registers) {
    const { json } = file;
    const agency = recordOf(json.agency) ?? {};
    if (
      agency.code !== seal.agency ||
      json.day !== seal.day ||
      json.ordinal !== seal.ordinal ||
      (json.previousSeal ?? null) !== seal.previous
    )
      section.broken('day-of-other', { name: shown(file.name), day: shown(json.day), agency: shown(agency.code) });
    else if (sealed && typeof agency.nameTh === 'string') section.data.agency = seal.agencyName = shown(agency.nameTh);
    for (const book of listOf(json.books).map(recordOf)) {
      const [entries, acts] = [readChain(book?.entries, 'number'), readChain(book?.acts, 'ordinal')];
      if (book === null || entries === null || acts === null) {
        section.broken('day-shape', { name: shown(file.name), what: 'books' });
        continue;
      }
      const known = books.get(bookKey(book)) ?? { book, parts: [] };
      known.parts.push({ file, entries, acts });
      books.set(bookKey(book), known);
    }
    endedNumbers(section, json);
  }
  for (const sealed of seal.books) {
    const given = books.get(bookKey(sealed));
    books.delete(bookKey(sealed));
    if (given === undefined) section.broken('book-absent', bookWords(sealed));
    else await checkBook(section, seal, sealed, given.parts, facts);
  }
  for (const { book } of books.values()) section.broken('book-unsealed', bookWords(book));
}

function readChain(value, place) {
  const chain = recordOf(value);
  if (chain === null || !isCount(chain.first) || !isCount(chain.last) || !isHash(chain.previousHead) || !isHash(chain.head)) return null;
  const rows = listOf(chain.rows).map(row => (recordOf(row) === null ? null : { ...row, place: row[place] }));
  return rows.includes(null) ? null : { ...chain, rows };
}

/** Cancelled and returned numbers stay, with their reason. */
function endedNumbers(section, json) {
  for (const [register, ended] of grouped(
    listOf(json.ended)
      .map(recordOf)
      .filter(one => one?.state === 'cancelled'),
    one => `${one.register} ${one.year}`,
  )) {
    const [name, year] = register.split(' ');
    const numbers = ended
      .map(one => shown(one.number))
      .slice(0, 50)
      .join(', ');
    section.note('book-cancelled', { ...bookWords({ register: name, year: Number(year) }), numbers });
  }
}

/** The part of both chains that lies in this day, from the head before it to the head that the seal names. */
async function checkBook(section, seal, sealed, parts, facts) {
  const words = bookWords(sealed);
  const { register, year } = sealed;
  const [entries, acts] = [merged(section, parts, 'entries', words), merged(section, parts, 'acts', words)];
  sealed.before = entries.previousHead;
  sealed.actBefore = acts.previousHead;
  const bounds = { first: sealed.first, last: sealed.last, head: sealed.head, start: await startHash(seal.agency, register, year) };
  const whole = await checkChain(
    section,
    'book',
    entries,
    { ...bounds, genesis: register !== 'office' },
    row => entryHash({ ...row, register, year }),
    words,
  );
  const count = sealed.last - sealed.first + 1;
  if (whole && count > 0) section.holds('book-entries', { ...words, first: sealed.first, last: sealed.last, count });
  else if (whole && register !== 'office') section.note('book-none', { ...words, last: sealed.last });
  for (const row of entries.rows)
    facts.note({ agency: seal.agency, register, year, number: row.number, hash: row.hash, where: entries.file.path });

  const actBounds = {
    first: sealed.firstAct,
    last: sealed.lastAct,
    head: sealed.actHead,
    start: await startHash(seal.agency, `act:${register}`, 0),
  };
  const actsWhole = await checkChain(section, 'acts', acts, { ...actBounds, genesis: true }, row => actHash({ ...row, register }), words);
  if (actsWhole && sealed.lastAct >= sealed.firstAct)
    section.holds('acts-chain', { ...words, first: sealed.firstAct, last: sealed.lastAct });
  for (const row of acts.rows)
    facts.noteAct({ agency: seal.agency, register, ordinal: row.ordinal, hash: row.hash, where: acts.file.path });
}

/** One chain out of its parts: the complete one, what is withheld in it filled in from the classified file. */
function merged(section, parts, which, words) {
  const { file, [which]: base } = parts.find(part => part[which].complete === true) ?? parts[0];
  const others = parts.filter(part => part[which] !== base);
  if (
    others.some(
      ({ [which]: other }) =>
        other.previousHead !== base.previousHead || other.head !== base.head || other.first !== base.first || other.last !== base.last,
    )
  )
    section.broken('book-parts', words);
  const full = new Map(
    others.flatMap(({ [which]: other }) => other.rows.filter(row => row.withheld !== true).map(row => [row.place, row])),
  );
  const rows = base.rows.map(row => {
    const filled = row.withheld === true ? full.get(row.place) : undefined;
    return filled !== undefined && filled.hash === row.hash ? filled : row;
  });
  return { ...base, rows, file };
}

const MOST_FAULTS = 20;

/** @returns whether the chain was walked from end to end and holds */
async function checkChain(section, kind, chain, bounds, hashOf, words) {
  let good = true;
  const fault = (code, data = {}) => {
    section.broken(`${kind}-${code}`, { ...words, ...data });
    good = false;
  };
  if (chain.first !== bounds.first || chain.last !== bounds.last) fault('range');
  if (bounds.genesis && bounds.first === 1 && chain.previousHead !== bounds.start) fault('start');
  if (chain.complete !== true) {
    if (bounds.last >= bounds.first) section.open(`${kind}-not-given`, words);
    if (chain.head !== bounds.head) fault('head');
    return false;
  }
  const walk = await followChain(chain.rows, bounds.first, chain.previousHead, hashOf);
  for (const { kind: code, place, expected } of walk.faults.slice(0, MOST_FAULTS)) fault(code, { place: shown(place), expected });
  if (walk.next - 1 !== bounds.last) fault('cut', { last: bounds.last, found: walk.next - 1 });
  else if (walk.head !== bounds.head || chain.head !== bounds.head) fault('head');
  if (walk.withheld > 0) section.open(`${kind}-withheld`, { ...words, count: walk.withheld });
  return good;
}

/** A register of a day that no seal names: nobody vouches for it. */
export function checkDayAlone(file, context) {
  file.used = true;
  context.report.section('dayAlone', { name: shown(file.path) }).unproven('day-without-seal');
}
