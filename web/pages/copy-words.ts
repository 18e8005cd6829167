/** How copies are spoken of: a state in words and colour, a time as an officer says it, a place by its kind, a trend as bars. Pure. */
import type { AlarmRow, CertificateRow, NightRow, PlaceRow } from '../../register/look/nights.ts';
import { type CopyStanding, summaryOf } from '../../register/look/standing.ts';
import type { CopyPlace } from '../context.ts';
import type { Format } from '../format.ts';
import type { SignedIn } from '../visit.ts';

export type Tone = 'good' | 'warn' | 'alarm' | 'plain';

/** What appliances do when nobody says otherwise (config/backup-schema.ts). */
export const USUAL_MAX_AGE_HOURS = 26;

const TONE: Record<CopyStanding['state'], Tone> = {
  proven: 'good',
  partly: 'warn',
  none: 'warn',
  'no-place': 'warn',
  old: 'alarm',
  failed: 'alarm',
};

export function standingTone(standing: CopyStanding): Tone {
  return TONE[standing.state];
}

/** 'เมื่อคืน 02:14 น.', 'วันนี้ 10:42 น.', or the day. */
export function whenWords(visit: SignedIn, format: Format, at: Date): string {
  const words = visit.text.night.copies;
  const time = format.time(at);
  const day = format.isoDay(at);
  const hour = hourOf(at, visit.agency.timeZone);
  const today = format.isoDay(visit.now);
  if (day === today) return hour < 6 && at <= visit.now ? words.lastNight(time) : words.today(time);
  if (day !== format.isoDay(new Date(visit.now.getTime() - 24 * 3_600_000))) return words.onDay(format.day(day), time);
  return hour >= 20 && hourOf(visit.now, visit.agency.timeZone) < 12 ? words.lastNight(time) : words.yesterday(time);
}

function hourOf(at: Date, timeZone: string): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at));
}

/** The line below the tag at the foot of the rail. */
export function railLine(visit: SignedIn, format: Format, standing: CopyStanding): string {
  const { railLine } = visit.text.night.copies;
  const when = standing.good === null ? '' : whenWords(visit, format, standing.good.at);
  switch (standing.state) {
    case 'proven':
      return railLine.proven(when, lettersOf(format, standing.good));
    case 'partly':
      return railLine.partly(when);
    case 'old':
      return railLine.old(when);
    case 'failed':
      return when === '' ? railLine.failedNever : railLine.failed(when);
    case 'none':
      return railLine.none;
    case 'no-place':
      return railLine.noPlace;
  }
}

export function lettersOf(format: Format, certificate: CertificateRow | null): string {
  const entries = certificate === null ? null : summaryOf(certificate).entries;
  return entries === null ? '—' : format.number(entries);
}

/** The state in one sentence. */
export function sentenceOf(visit: SignedIn, format: Format, standing: CopyStanding, maxAgeHours: number): string {
  const { sentence } = visit.text.night.copies;
  if (standing.state === 'proven') return sentence.proven(lettersOf(format, standing.good));
  if (standing.state === 'failed' && provenElsewhere(standing)) return sentence.place(lettersOf(format, standing.good));
  return standing.state === 'old' ? sentence.old(format.number(maxAgeHours)) : sentence[standing.state];
}

/** One place that failed while another was proven is less than a night without a proof. */
function provenElsewhere(standing: CopyStanding): boolean {
  return !standing.notMade && standing.good?.outcome === 'proven' && standing.good.copyId === standing.newest?.copyId;
}

export type AlarmName = keyof SignedIn['text']['night']['copies']['alarm'];

export interface Alarm {
  title: string;
  help: string;
  tone: Tone;
  urgent: boolean;
  /** What exactly; '' for who need not know. */
  detail: string;
}

/** The words of an alarm of the night (backup/night/alarms.ts) where its own code is not a word of ours. */
const SAME: Record<string, AlarmName> = { 'not-proven': 'failed', 'too-old': 'old', 'too-slow': 'slow' };
const CALM = new Set<AlarmName>(['slow', 'changes-slow', 'prune']);

export interface AlarmInput {
  standing: CopyStanding;
  places: CopyPlace[] | null;
  /** The newest. */
  night: NightRow | undefined;
  /** What the night itself is alarmed about. */
  alarms: AlarmRow[];
}

/** What is wrong and what to do about it, the worst first. */
export function alarmsOf(visit: SignedIn, { standing, places, night, alarms }: AlarmInput): Alarm[] {
  const found = new Map<AlarmName, { tone: Tone; detail: string }>();
  const add = (name: AlarmName, tone: Tone, detail = '') => {
    const before = found.get(name);
    found.set(name, { tone: before?.tone ?? tone, detail: [before?.detail ?? '', detail].filter(text => text !== '').join(' · ') });
  };
  const noPlace = standing.state === 'no-place';
  if (noPlace) add(places === null || places.length === 0 ? 'no-place' : 'not-elsewhere', 'warn');
  if (standing.notMade) add('not-made', 'alarm');
  const unsent = night?.places.some(place => placeTone(place.state) === 'alarm') === true && !standing.notMade;
  const mixed = provenElsewhere(standing);
  if (standing.failed.length > 0) add(mixed ? 'place' : 'failed', 'alarm');
  else if (unsent) add('place', 'warn');
  if (standing.old) add('old', 'alarm');
  const words = visit.text.night.copies.alarm;
  for (const { code, th, en } of alarms) {
    const name = mixed && code === 'not-proven' ? 'place' : (SAME[code] ?? code);
    const known = name in words ? (name as AlarmName) : 'other';
    add(known, CALM.has(known) ? 'warn' : 'alarm', visit.language === 'th' ? th : en);
  }
  if (standing.good === null && !noPlace && found.size === 0) add('none', 'warn');
  if (standing.state === 'partly') add('partly', 'warn');
  return [...found].map(([name, { tone, detail }]) => ({ ...words[name], tone, urgent: tone === 'alarm', detail }));
}

/** Places by their kind, numbered when there are several of one kind: a path or a remote's settings are nobody's business but the provider's. */
export function placeNames(visit: SignedIn, places: string[]): Map<string, string> {
  return numbered(visit.text.night.copies, places);
}

interface PlaceKinds {
  folder: string;
  remote: (name: string) => string;
  remotePlain: string;
}

export function numbered(words: PlaceKinds, places: string[]): Map<string, string> {
  const kinds = [...new Set(places)].map(name => ({ name, kind: kindOfPlace(words, name) }));
  const counts = new Map<string, number>();
  return new Map(
    kinds.map(({ name, kind }) => {
      const nth = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, nth);
      return [name, kinds.filter(one => one.kind === kind).length > 1 ? `${kind} ${nth}` : kind];
    }),
  );
}

/** 'remote:path'. What does not begin with a plain name may hold the whole access in it (':s3,secret_access_key=…:'). */
export function kindOfPlace(words: PlaceKinds, name: string): string {
  const remote = /^([\w.+@-][\w.+@ -]*):/.exec(name)?.[1];
  if (remote !== undefined) return words.remote(remote);
  return name.startsWith('/') ? words.folder : words.remotePlain;
}

const PLACE_TONE: Record<PlaceRow['state'], Tone> = {
  sending: 'plain',
  sent: 'plain',
  proven: 'good',
  'partly-proven': 'warn',
  damaged: 'alarm',
  failed: 'alarm',
  removed: 'plain',
};

export function placeTone(state: PlaceRow['state']): Tone {
  return PLACE_TONE[state];
}

/** The colour of a whole night. One that is good at one place and bad at another is no disaster, and nothing to be calm about. */
export function nightTone(night: NightRow): Tone {
  if (night.state === 'failed') return 'alarm';
  const tones = [
    ...night.places.map(place => placeTone(place.state)),
    ...night.certificates.map(one => (one.outcome === 'failed' ? ('alarm' as const) : ('plain' as const))),
  ];
  if (tones.includes('alarm') && tones.includes('good')) return 'warn';
  for (const tone of ['alarm', 'warn', 'good'] as const) if (tones.includes(tone)) return tone;
  return 'plain';
}

/** '1 ชั่วโมง 4 นาที', '1 นาที 24 วินาที', '12 วินาที': two parts at most. */
export function durationWords(visit: SignedIn, format: Format, ms: number): string {
  const words = visit.text.night.copies;
  const seconds = Math.max(1, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const parts =
    h > 0 ? [words.hours(format.number(h)), m > 0 ? words.minutes(format.number(m)) : ''] : [m > 0 ? words.minutes(format.number(m)) : ''];
  if (h === 0 && (s > 0 || m === 0)) parts.push(words.seconds(format.number(s)));
  return parts.filter(part => part !== '').join(' ');
}

/** '3 ชั่วโมงก่อน', '2 วันก่อน'. */
export function ageWords(visit: SignedIn, format: Format, at: Date): string {
  const words = visit.text.night.copies;
  const minutes = Math.floor((visit.now.getTime() - at.getTime()) / 60_000);
  if (minutes < 2) return words.justNow;
  if (minutes < 120) return words.ago(words.minutes(format.number(minutes)));
  if (minutes < 48 * 60) return words.ago(words.hours(format.number(Math.floor(minutes / 60))));
  return words.ago(words.days(format.number(Math.floor(minutes / 1440))));
}

export interface Bar {
  x: number;
  y: number;
  height: number;
  tone: Tone;
  title: string;
}

/** Bars for the view `trend`, oldest left. A night without a figure is a low bar in its colour. */
export function trendOf(nights: { letters: number | null; tone: Tone; title: string }[]): { bars: Bar[]; width: number } | null {
  if (nights.length < 2) return null;
  const most = Math.max(1, ...nights.map(night => night.letters ?? 0));
  const bars = nights.map(({ letters, tone, title }, index) => {
    const height = letters === null ? 8 : Math.max(4, Math.round((letters / most) * 40));
    return { x: index * 8, y: 40 - height, height, tone, title };
  });
  return { bars, width: nights.length * 8 - 2 };
}
