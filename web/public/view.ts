/** What the public page shows of a letter, in words: both languages at once, for it is read by people we know nothing of. */
import { readFileSync } from 'node:fs';
import { inDigits } from '../../register/letter/numerals.ts';
import { formatEnglishDate, formatThaiDate, formatThaiTime } from '../../register/letter/thai-date.ts';
import type { PublicEntry } from '../../register/look/public.ts';
import { compileView, type View } from '../../register/template/render.ts';
import { publicEn as en } from '../text/public.en.ts';
import { publicTh as th } from '../text/public.th.ts';

const read = (name: string) => readFileSync(new URL(`../views/public/${name}.hbs`, import.meta.url), 'utf8');
const frame = read('frame');
const views = new Map<string, View>();

/** A public page in both languages. */
export function render(name: string, data: object): string {
  const view = views.get(name) ?? compileView(`public/${name}`, read(name), { frame });
  views.set(name, view);
  return view({ th, en, ...data });
}

/** What came of comparing a file; null before anything was compared. */
export type Answer = 'same' | 'other' | 'busy' | 'bad' | null;

const ANSWERS = {
  same: [th.same, en.same],
  other: [th.other, en.other],
  busy: [th.busy, en.busy],
  bad: [th.badHash, en.badHash],
} as const;

export function entryPage(entry: PublicEntry, code: string, answer: Answer): string {
  const number = `${entry.number}/${entry.year}`;
  const { timeZone, numerals } = entry;
  const time = formatThaiTime(entry.receivedAt, { digits: 'arabic', timeZone });
  const [answerTh, answerEn] = answer === null ? ['', ''] : ANSWERS[answer];
  return render('entry', {
    agencyTh: entry.agencyTh,
    agencyEn: entry.agencyEn,
    number: numerals === 'thai' ? `${inDigits(number, 'thai')} (${number})` : number,
    receivedIso: entry.receivedAt.toISOString(),
    receivedTh: `${formatThaiDate(entry.receivedAt, { style: 'long', digits: numerals, timeZone })} ${inDigits(time, numerals).replaceAll(' ', '\u00a0')}`,
    receivedEn: `${formatEnglishDate(entry.receivedAt, { style: 'long', timeZone })} ${time.slice(0, 5).replace('.', ':')} (${timeZone})`,
    steps: stepsOf(entry.state),
    compareUrl: `/v/${code}/compare`,
    answerKind: answer ?? '',
    answerTh,
    answerEn,
  });
}

interface Step {
  kind: 'done' | 'now' | 'later' | 'ended';
  now: boolean;
  th: string;
  en: string;
  nowTh: string;
  nowEn: string;
}

/** The path so far and what is still to come. A letter that was returned or cancelled ends there. */
export function stepsOf(state: PublicEntry['state']): Step[] {
  const ended = state === 'returned' || state === 'cancelled';
  // Many letters need no answer: an answer is a step only where there was one, and then the letter is closed too.
  const answer: PublicEntry['state'][] = state === 'answered' ? ['answered'] : [];
  const way: PublicEntry['state'][] = ended ? ['received', state] : ['received', 'passed-on', 'being-handled', ...answer, 'closed'];
  const at = state === 'answered' ? way.length - 1 : way.indexOf(state);
  return way.map((step, index) => {
    const finished = index < at || (index === at && step === 'closed');
    const kind = ended && index === at ? 'ended' : finished ? 'done' : index === at ? 'now' : 'later';
    return { kind, now: index === at, th: th.state[step], en: en.state[step], nowTh: th.now, nowEn: en.now };
  });
}

export function codePage(): string {
  return render('code', {});
}

export function messagePage(which: 'notFound' | 'slipWaiting' | 'tooMany' | 'unavailable'): string {
  const title = `${which}Title` as const;
  return render('message', { titleTh: th[title], titleEn: en[title], textTh: th[which], textEn: en[which] });
}
