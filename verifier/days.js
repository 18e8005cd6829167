/** Closed days one after the other: each names the seal before it, numbers and heads go on where the day before ended, and none is missing. */
import { shown } from './bytes.js';
import { bookKey, bookWords, checkDay, checkDayAlone, readSeal } from './day.js';

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
  for (const days of Map.groupBy(once, seal => seal.agency).values()) checkChain(days, report);
}

function checkChain(days, report) {
  days.sort((a, b) => a.ordinal - b.ordinal || (a.day < b.day ? -1 : 1));
  const section = report.section('chain', { agency: shown(days[0].agencyName) });
  if (days.length === 1) {
    if (days[0].ordinal === 1) section.note('first-day');
    else section.open('one-day-only', { previous: days[0].previous });
    return;
  }
  let [follow, join] = [true, true];
  for (let index = 1; index < days.length; index++) {
    const [before, seal] = [days[index - 1], days[index]];
    const data = { day: seal.day, before: before.day, ordinal: seal.ordinal };
    if (seal.ordinal === before.ordinal) {
      follow = section.broken('days-two-seals', data) ?? false;
      continue;
    }
    if (seal.day <= before.day) follow = section.broken('days-order', data) ?? false;
    if (before.signedBy !== null && seal.signedBy !== null && before.signedBy.fingerprint !== seal.signedBy.fingerprint) section.unproven('days-keys', data);
    if (seal.ordinal > before.ordinal + 1) {
      const missing = seal.ordinal === before.ordinal + 2 ? `${before.ordinal + 1}` : `${before.ordinal + 1}–${seal.ordinal - 1}`;
      follow = section.broken('days-missing', { ordinals: missing, after: before.day, before: seal.day }) ?? false;
      continue;
    }
    if (seal.previous !== before.file.sha256) follow = section.broken('days-unlinked', data) ?? false;
    if (!checkJoin(section, before, seal)) join = false;
  }
  if (days[0].ordinal > 1) section.open('one-day-only', { previous: days[0].previous });
  if (follow) section.holds('days-follow', { from: days[0].day, until: days.at(-1).day, count: days.length });
  if (follow && join) section.holds('days-joined');
}

/** Each book of the earlier day goes on in the later one: by number, by act, and by the hash that the first of them names. */
function checkJoin(section, before, seal) {
  let joined = true;
  for (const old of before.books) {
    const book = seal.books.find(one => bookKey(one) === bookKey(old));
    const data = { ...bookWords(old), day: seal.day, before: before.day };
    // A year that is over is closed no further.
    if (book === undefined) {
      if (old.year === Math.max(...before.books.filter(one => one.register === old.register).map(one => one.year)) && !seal.books.some(one => one.register === old.register && one.year > old.year))
        joined = section.broken('days-lost-book', data) ?? false;
      continue;
    }
    if (book.firstNumber !== old.lastNumber + 1 || book.firstAct !== old.lastAct + 1)
      joined = section.broken('days-numbers', { ...data, first: book.firstNumber !== old.lastNumber + 1 ? book.firstNumber : book.firstAct, last: book.firstNumber !== old.lastNumber + 1 ? old.lastNumber : old.lastAct }) ?? false;
    else if (book.before !== undefined && (book.before.entries !== old.headHash || book.before.acts !== old.actHeadHash)) joined = section.broken('days-heads', data) ?? false;
  }
  return joined;
}
