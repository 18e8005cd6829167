/** The rows of the receive register as form 13 has them, grouped by day. Pure: entries in, what the view shows out. */
import { may } from '../../register/access.ts';
import type { EntryRow } from '../../register/look/entry-row.ts';
import type { Format } from '../format.ts';
import type { SignedIn } from '../visit.ts';
import { actionOf, isOpen, type Mark, senderOf, subjectOf, urgencyMarks } from './entry-words.ts';
import { trustShown } from './trust.ts';

export interface RegisterRow {
  /** Heading of a day's group, '' inside it. */
  day: string;
  id: string;
  href: string;
  number: string;
  numberLabel: string;
  time: string;
  letterNumber: string;
  letterDate: string;
  subject: string;
  marks: Mark[];
  facts: string;
  from: string;
  fromNote: string;
  fromTone: string;
  state: string;
  stateTone: Mark['tone'];
  stateNote: string;
  isNew: boolean;
  gone: boolean;
  mayConfirm: boolean;
  mayRoute: boolean;
  version: number;
}

/**
 * @param after - the day of the row above, when these rows continue a list: its heading is not written twice
 * @param complete - whether the last day of `entries` is shown in full, so that its letters can be counted
 */
export function registerRows(visit: SignedIn, format: Format, entries: EntryRow[], after: string, complete: boolean): RegisterRow[] {
  const days = entries.map(entry => format.isoDay(entry.receivedAt));
  const today = format.isoDay(visit.now);
  return entries.map((entry, index) => {
    const day = days[index] ?? '';
    const begins = day !== (index === 0 ? after : days[index - 1]);
    const letters = days.filter(one => one === day).length;
    // A day cut by the page's end, or begun on the page before, has more letters than are seen here.
    const counted = (complete || day !== days.at(-1)) && day !== after;
    const heading = `${format.weekday(entry.receivedAt)}${counted ? ` · ${visit.text.register.letters(format.number(letters))}` : ''}`;
    return rowOf(visit, format, entry, begins ? heading : '', today);
  });
}

function rowOf(visit: SignedIn, format: Format, entry: EntryRow, day: string, today: string): RegisterRow {
  const { text } = visit;
  const words = text.register;
  const action = actionOf(visit, format, entry);
  const trust = trustShown(visit, entry.trust);
  const gone = entry.state === 'cancelled';
  const number = format.digits(String(entry.number));
  return {
    day,
    id: entry.id,
    href: `/entries/${entry.id}`,
    number,
    numberLabel: `${words.number} ${format.registerNumber(entry)}`,
    time: format.time(entry.receivedAt),
    letterNumber: entry.letterNumber,
    letterDate: entry.letterDate === null ? '' : format.day(entry.letterDate),
    subject: gone
      ? `${words.cancelled}: ${entry.stateReason || subjectOf(visit, entry.subject, entry.urgency)}`
      : subjectOf(visit, entry.subject, entry.urgency),
    marks: gone ? [] : urgencyMarks(visit, entry),
    facts: factsOf(visit, format, entry, today),
    from: senderOf(entry),
    fromNote: trust.tone === 'good' || trust.tone === 'alarm' ? trust.mark : '',
    fromTone: trust.tone === 'alarm' ? 'alarm' : '',
    state: action.state,
    stateTone: action.tone,
    stateNote: action.note,
    isNew: entry.confirmedAt === null && isOpen(entry.state),
    gone,
    mayConfirm: entry.confirmedAt === null && isOpen(entry.state) && may(visit.officer, 'confirm'),
    mayRoute: isOpen(entry.state) && may(visit.officer, 'route'),
    version: entry.version,
  };
}

function factsOf(visit: SignedIn, format: Format, entry: EntryRow, today: string): string {
  const { register } = visit.text;
  const facts: string[] = [];
  if (entry.circular) facts.push(register.circular);
  if (entry.attachmentCount > 0)
    facts.push(`${register.files(format.number(entry.attachmentCount))} · ${format.size(entry.attachmentBytes)}`);
  if (entry.duplicateOf !== null && entry.duplicateState === 'flagged')
    facts.push(register.duplicate(format.registerNumber(entry.duplicateOf)));
  if (entry.duplicateOf !== null && entry.duplicateState === 'linked')
    facts.push(register.linked(format.registerNumber(entry.duplicateOf)));
  if (entry.dueOn !== null && isOpen(entry.state))
    facts.push(entry.dueOn < today ? register.overdue(format.day(entry.dueOn)) : register.due(format.day(entry.dueOn)));
  if (entry.reading === 'failed') facts.push(register.unread);
  if (entry.reading === 'waiting') facts.push(register.reading);
  return facts.join(' · ');
}
