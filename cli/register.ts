/** `saraban register close-day`: closes the days that are due, as the night does at each agency's closing hour; with --day up to that day, also before its hour. */

import { isDay } from '../register/checks.ts';
import type { CloseContext } from '../register/close/context.ts';
import { type ClosedDay, closeDueDays } from '../register/close-day.ts';
import { createPrinter } from '../register/print/print.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { formSheets } from '../register/sheet/register-sheet.ts';
import { readArguments, runPart, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { table } from './table.ts';
import { agencies, chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

/** The provider's own chain of acts is closed with those of the agencies. */
const PROVIDER = { id: 0, code: '-' };

export async function register(args: string[], context: CommandContext): Promise<number> {
  return await runPart('register', { 'close-day': closeDays, volume: volumeLater }, args, context);
}

// Loaded when called: closing a day must not wait for what makes archives.
async function volumeLater(args: string[], context: CommandContext): Promise<number> {
  return await (await import('./volume.ts')).volume(args, context);
}

async function closeDays(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { day: { type: 'string' }, agency: { type: 'string' } });
  const day = textOf(values, 'day');
  if (day !== undefined && !isDay(day))
    throw usage(`--day ${day}: ต้องเป็นวันที่ในรูป ปปปป-ดด-วว (ปี ค.ศ.)`, `--day ${day}: must be a day as yyyy-mm-dd (Gregorian year)`);
  const settings = context.settings();
  const code = textOf(values, 'agency');
  const printer = createPrinter();
  try {
    const closed = await withRegister(settings, async opened => {
      const box = await openSecretBox(secretsKeyFile(settings.data));
      const timestamp = settings.timestampUrl === null ? null : { url: settings.timestampUrl };
      const closing: CloseContext = { ...opened, box, printer, sheet: formSheets, timestamp, log: logTo(context) };
      const chosen = code === undefined ? [...(await agencies(opened.db)), PROVIDER] : [await chooseAgency(opened.db, code)];
      const days: (ClosedDay & { agency: string })[] = [];
      for (const agency of chosen) {
        const actor = officerAtTerminal(agency.id);
        const now = await closeDueDays(closing, agency.id, { ...(day === undefined ? {} : { through: day }), actor });
        days.push(...now.map(one => ({ agency: agency.code, ...one })));
      }
      return days;
    });
    context.answer(describe(closed, day), { closed });
    return DONE;
  } finally {
    await printer.close();
  }
}

/** What went wrong without stopping the closing, e.g. a form that could not be drawn. */
function logTo(context: CommandContext): CloseContext['log'] {
  const say = (facts: object, text: string) => context.note(`${text}: ${JSON.stringify(facts)}`);
  return { info() {}, warn: say, error: say };
}

function describe(closed: (ClosedDay & { agency: string })[], day: string | undefined): string {
  const none =
    day === undefined
      ? 'ไม่มีวันที่ถึงกำหนดปิด (ปิดวันนี้ก่อนเวลาได้ด้วย --day) · No day is due to be closed (close today before its hour with --day)'
      : `ไม่มีวันที่ต้องปิดจนถึง ${day}: ปิดไปแล้ว หรืออยู่ก่อนเริ่มใช้งาน · Nothing to close up to ${day}: closed already, or before the agency began`;
  return table(
    ['ส่วนราชการ agency', 'วันที่ day', 'ลำดับ no.', 'รายการ entries', 'การกระทำ acts', 'ตราปิด seal'],
    closed.map(one => [one.agency, one.day, String(one.ordinal), String(one.entries), String(one.acts), one.sealSha256.slice(0, 16)]),
    none,
  );
}
