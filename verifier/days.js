/** Closed days one after the other: each names the seal before it, numbers and heads go on where the day before ended, and none is missing. */
import { grouped, shown } from './bytes.js';
import { bookKey, bookWords, checkDay, checkDayAlone, readSeal } from './day.js';

/** @returns the seals that were read */
export async function checkSealedDays(context) {
  const { files, report } = context;
  const seals = [];
  for (const file of files.filter(one => one.kind === 'seal')) {
    const seal = readSeal(file);
    if (seal.fault === undefined) seals.push(seal);
    else {
      file.used = true;
      const section = report.section('statement', { name: shown(file.path), format: shown(file.json.format) });
      section.broken('seal-shape', { name: shown(file.path), what: seal.fault });
      context.vouchers.vouch(section, file, '', 'broken');
    }
  }
  // The same seal may come twice, in a pack and alone.
  const once = seals.filter((seal, index) => seals.findIndex(other => other.file.sha256 === seal.file.sha256) === index);
  for (const double of seals) double.file.used = true;
  for (const seal of once) await checkDay(seal, once, context);
  for (const file of files.filter(one => one.kind === 'day' && !one.used)) checkDayAlone(file, context);
  for (const days of grouped(once, seal => seal.agency).values()) checkSequence(days, report);
  return once;
}

function checkSequence(days, report) {
  days.sort((a, b) => a.ordinal - b.ordinal || (a.day < b.day ? -1 : 1));
  const section = report.section('chain', { agency: shown(days[0].agencyName) });
  if (days.length === 1) {
    if (days[0].ordinal === 1) section.note('first-day');
    else section.open('one-day-only', { previous: days[0].previous });
    return;
  }
  let [follow, join] = [true, true];
  let heads = headsAfter(new Map(), days[0]);
  for (let index = 1; index < days.length; index++) {
    const [before, seal] = [days[index - 1], days[index]];
    const data = { day: seal.day, before: before.day, ordinal: seal.ordinal };
    const fault = (code, more = {}) => {
      section.broken(code, { ...data, ...more });
      follow = false;
    };
    if (seal.ordinal === before.ordinal) {
      fault('days-two-seals');
      continue;
    }
    if (seal.day <= before.day) fault('days-order');
    if (before.signedBy !== null && seal.signedBy !== null && before.signedBy.fingerprint !== seal.signedBy.fingerprint)
      section.unproven('days-keys', data);
    if (seal.ordinal > before.ordinal + 1) {
      const missing = seal.ordinal === before.ordinal + 2 ? `${before.ordinal + 1}` : `${before.ordinal + 1}–${seal.ordinal - 1}`;
      fault('days-missing', { ordinals: missing, after: before.day, before: seal.day });
      heads = headsAfter(new Map(), seal);
      continue;
    }
    if (seal.previous !== before.file.sha256) fault('days-unlinked');
    if (!checkJoin(section, heads, seal, before)) join = false;
    heads = headsAfter(heads, seal);
  }
  if (days[0].ordinal > 1) section.open('one-day-only', { previous: days[0].previous });
  if (follow) section.holds('days-follow', { from: days[0].day, until: days.at(-1).day, count: days.length });
  if (follow && join) section.holds('days-joined');
}

/** Where every chain stands after a day: entries by register and year, acts by register, whatever the year. */
function headsAfter(heads, seal) {
  const after = new Map(heads);
  for (const book of seal.books) {
    after.set(bookKey(book), { place: book.last, head: book.head });
    const acts = after.get(book.register);
    if (acts === undefined || book.lastAct >= acts.place) after.set(book.register, { place: book.lastAct, head: book.actHead });
  }
  return after;
}

/** Each chain goes on in the later day where it stood: by number, and by the hash that its day.json begins with. */
function checkJoin(section, heads, seal, before) {
  let joined = true;
  const fault = (code, data) => {
    section.broken(code, data);
    joined = false;
  };
  for (const book of seal.books) {
    const data = { ...bookWords(book), day: seal.day, before: before.day };
    const old = heads.get(bookKey(book));
    if (old === undefined && book.first !== 1) fault('days-numbers', { ...data, first: book.first, last: 0 });
    else if (old !== undefined && book.first !== old.place + 1) fault('days-numbers', { ...data, first: book.first, last: old.place });
    else if (old !== undefined && book.before !== null && book.before !== old.head) fault('days-heads', data);
  }
  for (const [register, books] of grouped(seal.books, book => book.register)) {
    const old = heads.get(register);
    const data = { ...bookWords({ register, year: 0 }), day: seal.day, before: before.day };
    const first = books.filter(book => book.lastAct >= book.firstAct).sort((a, b) => a.firstAct - b.firstAct)[0];
    if (first === undefined || old === undefined) continue;
    if (first.firstAct !== old.place + 1) fault('days-acts', { ...data, first: first.firstAct, last: old.place });
    else if (first.actBefore !== null && first.actBefore !== old.head) fault('days-act-heads', data);
  }
  for (const register of new Set(before.books.map(book => book.register)))
    if (!seal.books.some(book => book.register === register))
      fault('days-lost-book', { ...bookWords({ register, year: 0 }), day: seal.day, before: before.day });
  return joined;
}
