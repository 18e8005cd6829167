/**
 * One night, from the due days to the report: the days of all agencies are closed, the copy is made, fetched back and proven at each place, old nights are
 * given up where the new one is proven, and whoever watches is told. Its steps are handed in by cli/roles/night.ts and cli/backup.ts.
 */
import { Failure, type UserMessage } from '../../register/failure.ts';
import type { CopyOutcome } from '../make/context.ts';
import type { Place } from '../place/place.ts';
import type { Certificate } from '../prove/certificate.ts';
import type { AlarmCode, Problem } from './alarms.ts';
import { tellMonitor } from './ping.ts';

export interface NightSteps {
  /** Closes what is due in every agency; what could not be closed comes back in words. */
  closeDays(): Promise<UserMessage[]>;
  copy(): Promise<CopyOutcome>;
  /** Null: this night is not to be proven. */
  prove: ((copyId: string, place: Place) => Promise<Certificate>) | null;
  /** Null: not due. @returns words when retention refused */
  prune: (() => Promise<UserMessage | null>) | null;
}

export interface NightContext {
  places: Place[];
  steps: NightSteps;
  now: () => Date;
  ping: string | null;
  signal: AbortSignal;
  log: { info(facts: object, text: string): void; warn(facts: object, text: string): void; error(facts: object, text: string): void };
}

export interface PlaceReport {
  place: string;
  /** `sent`: not proven, on purpose. */
  outcome: 'proven' | 'partly' | 'sent' | 'not-proven' | 'not-sent';
  problem: UserMessage | null;
  restoreMs: number | null;
}

export interface NightReport {
  /** Null when no copy could be made at all. */
  copy: Extract<CopyOutcome, { id: string }> | null;
  places: PlaceReport[];
  problems: Problem[];
  ms: number;
  pruned: boolean;
}

/** What a night can find to be the matter; it settles these alarms. */
export const NIGHT_CODES: AlarmCode[] = [
  'not-made',
  'not-proven',
  'too-slow',
  'place-away',
  'place-full',
  'place-refuses',
  'rclone-missing',
  'key',
  'blobs',
  'days',
  'prune',
];

const DAY_MS = 86_400_000;

/** `stopped`: told to stop in the middle; what was sent is taken up by the next run. `busy`: another process is making a copy. */
export type NightOutcome = { outcome: 'done'; report: NightReport } | { outcome: 'stopped' | 'busy' };

export async function runNight(context: NightContext): Promise<NightOutcome> {
  const { steps, signal, log } = context;
  const began = performance.now();
  await tellMonitor(context, 'start', 'the night begins\n');
  const problems: Problem[] = [];
  for (const text of await steps.closeDays()) problems.push({ code: 'days', place: '', text });
  if (signal.aborted) return { outcome: 'stopped' };

  const report: NightReport = { copy: null, places: [], problems, ms: 0, pruned: false };
  const made = await attempt(() => steps.copy());
  if (signal.aborted) return { outcome: 'stopped' };
  if (made.failure?.code === 'copy-running') return { outcome: 'busy' };
  if (made.failure !== null) problems.push({ code: codeOf(made.failure, 'not-made'), place: '', text: made.failure.userMessage });
  else if (made.value.outcome === 'no-place') problems.push({ code: 'not-made', place: '', text: NO_PLACE });
  else {
    report.copy = made.value;
    problems.push(...problemsOf(made.value));
    for (const at of made.value.places) {
      report.places.push(at.outcome === 'sent' ? await proveAt(context, made.value.id, at.place, problems) : notSent(at.place, at.failure));
      if (signal.aborted) return { outcome: 'stopped' };
    }
  }
  if (
    steps.prune !== null &&
    report.places.length > 0 &&
    report.places.every(one => one.outcome === 'proven' || one.outcome === 'partly')
  ) {
    const pruned = await attempt(steps.prune);
    const refused = pruned.failure?.userMessage ?? pruned.value;
    if (refused === null) report.pruned = true;
    else problems.push({ code: 'prune', place: '', text: refused });
  }
  report.ms = Math.round(performance.now() - began);
  if (report.ms > DAY_MS) problems.push({ code: 'too-slow', place: '', text: tooSlow(report.ms) });
  log.info(
    { copy: report.copy?.id ?? null, ms: report.ms, places: report.places.map(one => [one.place, one.outcome]), problems: problems.length },
    'night done',
  );
  await tellMonitor(context, problems.length === 0 ? 'success' : 'fail', plainReport(report));
  return { outcome: 'done', report };
}

async function proveAt(context: NightContext, id: string, name: string, problems: Problem[]): Promise<PlaceReport> {
  const { prove } = context.steps;
  const place = context.places.find(one => one.name === name);
  if (prove === null || place === undefined) return { place: name, outcome: 'sent', problem: null, restoreMs: null };
  const proof = await attempt(() => prove(id, place));
  if (proof.failure !== null) {
    problems.push({ code: codeOf(proof.failure, 'not-proven'), place: name, text: proof.failure.userMessage });
    return { place: name, outcome: 'not-proven', problem: proof.failure.userMessage, restoreMs: null };
  }
  const { outcome, faults, timeToRestoreMs } = proof.value;
  if (outcome !== 'failed') return { place: name, outcome, problem: null, restoreMs: timeToRestoreMs };
  const text = notProven(place, faults);
  problems.push({ code: 'not-proven', place: name, text });
  return { place: name, outcome: 'not-proven', problem: text, restoreMs: timeToRestoreMs };
}

function notSent(place: string, failure: Failure): PlaceReport {
  return { place, outcome: 'not-sent', problem: failure.userMessage, restoreMs: null };
}

function problemsOf(copy: Extract<CopyOutcome, { id: string }>): Problem[] {
  const problems: Problem[] = [];
  for (const at of copy.places)
    if (at.outcome === 'failed') problems.push({ code: codeOf(at.failure, 'not-made'), place: at.place, text: at.failure.userMessage });
  const [first = ''] = copy.damagedBlobs;
  if (copy.damagedBlobs.length > 0) {
    const count = copy.damagedBlobs.length;
    problems.push({
      code: 'blobs',
      place: '',
      text: {
        th: `ไฟล์ที่จัดเก็บ ${count} ไฟล์หายไปหรือถูกแก้ไข เช่น ${first} โปรดใช้ npx saraban verify ตรวจ แล้วกู้จากสำเนาคืนก่อน`,
        en: `${count} stored files are missing or were altered, such as ${first}. Look with npx saraban verify, and bring them back from an earlier night.`,
      },
    });
  }
  return problems;
}

const OF_FAILURES: Record<string, AlarmCode> = {
  'place-away': 'place-away',
  'place-full': 'place-full',
  'place-refuses': 'place-refuses',
  'place-lies': 'not-proven',
  'rclone-missing': 'rclone-missing',
  'copy-key-unfit': 'key',
  'copy-key-wrong': 'key',
  'secrets-key-wrong': 'key',
};

function codeOf(failure: Failure, otherwise: AlarmCode): AlarmCode {
  return OF_FAILURES[failure.code] ?? otherwise;
}

/** A failure of the world is an outcome of the night; a fault of the program is one too, for a night must not end without a word. */
async function attempt<T>(work: () => Promise<T>): Promise<{ failure: null; value: T } | { failure: Failure; value: null }> {
  try {
    return { failure: null, value: await work() };
  } catch (error) {
    return { failure: error instanceof Failure ? error : unexpected(error), value: null };
  }
}

function unexpected(cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new Failure({
    code: 'night-fault',
    temporary: true,
    message: `the night met a fault: ${reason}`,
    userMessage: {
      th: `งานกลางคืนขัดข้องโดยไม่คาดหมาย โปรดดูบันทึกการทำงาน (${reason})`,
      en: `The night met an unexpected fault; the log has it (${reason}).`,
    },
    cause,
  });
}

const NO_PLACE: UserMessage = {
  th: 'ยังไม่ได้กำหนดที่เก็บสำเนา (SARABAN_BACKUP_PLACES) จึงยังไม่มีสำเนา',
  en: 'No place is set (SARABAN_BACKUP_PLACES), so there is no copy.',
};

function notProven(place: Place, faults: { object: string; problem: string }[]): UserMessage {
  const [first] = faults;
  const detail = first === undefined ? '' : ` ${first.object}: ${first.problem}`;
  const more = faults.length > 1 ? ` (+${faults.length - 1})` : '';
  return {
    th: `พิสูจน์สำเนาที่${place.label.th}ไม่ผ่าน${detail}${more} อย่าลบสำเนาคืนก่อนหน้า และอย่าถือว่ามีสำเนาของคืนนี้`,
    en: `The copy at ${place.label.en} is not proven:${detail}${more}. Keep the earlier nights, and do not count on this one.`,
  };
}

function tooSlow(ms: number): UserMessage {
  const hours = Math.round(ms / 3_600_000);
  return {
    th: `งานกลางคืนใช้เวลา ${hours} ชั่วโมง นานกว่าหนึ่งวัน โปรดเพิ่มความเร็วเครือข่าย หรือลด SARABAN_BACKUP_PROOF`,
    en: `The night took ${hours} hours, longer than a day. Give it a faster line, or a smaller SARABAN_BACKUP_PROOF.`,
  };
}

/** The body of the ping: plain text, no figure of an agency. */
function plainReport(report: NightReport): string {
  const lines = [
    report.copy === null ? 'no copy' : `copy ${report.copy.id}`,
    ...report.places.map(one => `${one.place}: ${one.outcome}`),
    ...report.problems.map(one => `${one.code}${one.place === '' ? '' : ` ${one.place}`}: ${one.text.en}`),
    `${Math.round(report.ms / 1000)} s`,
  ];
  return `${lines.join('\n')}\n`;
}
