/** `saraban backup now`: one copy, sent to all places and proven there. */
import type { Progress } from '../../backup/make/context.ts';
import { copyRunning } from '../../backup/make/lock.ts';
import type { NightReport } from '../../backup/night/run-night.ts';
import { Failure } from '../../register/failure.ts';
import { readArguments } from '../arguments.ts';
import { type CommandContext, DONE, FAILED, TRY_AGAIN } from '../command.ts';
import { oneNight } from '../night/steps.ts';
import { mebibytes, refuseNoPlace, seconds, withNight } from './with-night.ts';

const PROGRESS_MS = 2_000;

const STEPS: Record<Progress['step'], string> = {
  looking: 'ดูที่เก็บสำเนา · looking at the places',
  tables: 'ทะเบียน · the register',
  letters: 'หนังสือและไฟล์ · letters and files',
  sending: 'ส่ง · sending',
  night: 'ปิดท้าย · the last file',
};

/** Exit 1 when a place has it not, or the proof failed; 75 when that may be over soon (a place is away, another copy is being made). */
export async function now(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { 'no-proof': { type: 'boolean' } });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const outcome = await withNight(context, async parts => {
      refuseNoPlace(parts);
      context.note('กำลังทำสำเนา… · Making a copy…');
      const onProgress = progressOf(context);
      const wishes = { signal: stopping.signal, closes: false, proves: values['no-proof'] !== true, prunes: false, pings: false };
      return await oneNight(parts, {
        ...wishes,
        onProgress,
        onProof: place => context.note(`นำกลับมาพิสูจน์จาก ${place.label.th} · Proving what lies in ${place.label.en}`),
      });
    });
    if (outcome.outcome === 'done') return answer(outcome.report, context);
    throw outcome.outcome === 'busy' ? copyRunning() : stopped();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function progressOf(context: CommandContext): (progress: Progress) => void {
  let saidAt = 0;
  let step = '';
  return progress => {
    const at = performance.now();
    if (progress.step === step && at - saidAt < PROGRESS_MS) return;
    [saidAt, step] = [at, progress.step];
    const share =
      progress.totalBytes > 0
        ? ` ${Math.floor((100 * progress.doneBytes) / progress.totalBytes)}% (${mebibytes(progress.totalBytes)})`
        : '';
    context.note(`  ${STEPS[progress.step]}${share}`);
  };
}

const OUTCOMES = {
  proven: 'พิสูจน์แล้ว proven',
  partly: 'พิสูจน์ได้บางส่วน (กุญแจอยู่ที่อื่น) partly proven, the key is elsewhere',
  sent: 'ส่งแล้ว ยังไม่พิสูจน์ sent, not proven',
  'not-proven': 'พิสูจน์ไม่ผ่าน NOT PROVEN',
  'not-sent': 'ส่งไม่สำเร็จ NOT SENT',
} as const;

// What may be over by itself.
const PASSING = new Set(['place-away', 'place-full']);

function answer(report: NightReport, context: CommandContext): number {
  const { copy, places, problems, ms } = report;
  const lines: string[] = [];
  if (copy !== null) {
    lines.push(
      `สำเนา · Copy ${copy.id}`,
      `  รายการ entries ${copy.entries}, ไฟล์ files ${copy.blobs}, ทั้งหมด in all ${mebibytes(copy.bytes)}, ส่งใหม่ new ${mebibytes(copy.newBytes)}, ${seconds(ms)}`,
    );
  }
  for (const place of places) {
    const restore = place.restoreMs === null ? '' : `, กู้คืนทั้งหมดใช้ whole restore takes ${seconds(place.restoreMs)}`;
    lines.push(`  ${place.place}: ${OUTCOMES[place.outcome]}${restore}`);
  }
  for (const { text } of problems) lines.push(`  ! ${text.th}`, `    ${text.en}`);
  const shown = problems.map(({ code, place, text }) => ({ code, place, ...text }));
  context.answer(lines.join('\n'), {
    ok: problems.length === 0,
    copy: copy === null ? null : summaryOf(copy),
    places,
    problems: shown,
    ms,
  });
  if (problems.length === 0) return DONE;
  return problems.every(problem => PASSING.has(problem.code)) ? TRY_AGAIN : FAILED;
}

function summaryOf({ id, cutAt, entries, blobs, bytes, newBytes, newBlobs, outcome }: NonNullable<NightReport['copy']>) {
  return { id, outcome, cutAt: cutAt.toISOString(), entries, blobs, bytes, newBytes, newBlobs };
}

function stopped(): Failure {
  return new Failure({
    code: 'copy-stopped',
    temporary: true,
    message: 'told to stop in the middle of a copy',
    userMessage: {
      th: 'หยุดกลางคันตามคำสั่ง สิ่งที่ส่งไปแล้วจะใช้ต่อในครั้งหน้า',
      en: 'Stopped in the middle as told; what was sent already is taken up the next time.',
    },
  });
}
