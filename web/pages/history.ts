/** The history of a letter in words: who did what when. Pure. */
import type { HistoryItem } from '../../register/look/entry.ts';
import type { Format } from '../format.ts';
import { wordOf } from '../text/text.ts';
import type { Visit } from '../visit.ts';

export interface HistoryLine {
  iso: string;
  at: string;
  what: string;
  who: string;
  lines: string[];
}

/** @param openings - false leaves out who merely looked */
export function historyShown(visit: Visit, format: Format, items: HistoryItem[], openings: boolean): HistoryLine[] {
  return items
    .filter(item => openings || item.kind !== 'opened')
    .map(item => ({
      iso: item.at.toISOString(),
      at: format.moment(item.at),
      what: whatOf(visit, item),
      who: [item.actorName, item.peer].filter(one => one !== '').join(' · '),
      lines: linesOf(visit, format, item),
    }))
    .reverse();
}

function whatOf(visit: Visit, item: HistoryItem): string {
  const { code } = visit.text;
  const what = wordOf(code.act, item.kind);
  const door = textOf(item.detail.what);
  return item.kind === 'opened' && door !== '' ? `${what}: ${wordOf(code.opened, door)}` : what;
}

// What the act kept for people to read; hashes and ids stay in the auditor's log.
const SAID = ['reason', 'note', 'instruction'];

function linesOf(visit: Visit, format: Format, item: HistoryItem): string[] {
  const { detail } = item;
  const fact = textOf(detail.fact);
  if (fact !== '') {
    return [
      visit.text.entry.changedText(
        wordOf(visit.text.code.fact, fact),
        factText(visit, format, fact, detail.before),
        factText(visit, format, fact, detail.after),
      ),
    ];
  }
  const lines = SAID.map(name => textOf(detail[name])).filter(line => line !== '');
  const number = detail.unitNumber;
  if (typeof number === 'number')
    lines.push(`${visit.text.entry.unitNumber} ${format.digits(`${number}/${textOf(detail.unitYear) || String(detail.unitYear ?? '')}`)}`);
  return lines;
}

function factText(visit: Visit, format: Format, fact: string, value: unknown): string {
  const written = textOf(value);
  if (written === '') return visit.text.none;
  const { code } = visit.text;
  if (fact === 'letterDate' || fact === 'dueOn') return format.day(written);
  if (fact === 'urgency') return wordOf(code.urgency, written);
  if (fact === 'secrecy') return wordOf(code.secrecy, written);
  if (fact === 'kind') return wordOf(code.letterKind, written);
  if (fact === 'circular') return written === 'true' ? visit.text.yes : visit.text.no;
  return written;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
