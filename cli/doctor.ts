/** `saraban doctor`: everything about the machine and the settings that can be checked without sending a letter, with the remedy beside it. */
import { findOcrPrograms } from '../register/ocr/programs.ts';
import type { CommandContext } from './command.ts';
import { DONE, FAILED } from './command.ts';
import type { Check } from './doctor/check.ts';
import { checkClock, checkData, checkNode, checkRelay, checkTls } from './doctor/checks.ts';
import { checkCopies } from './doctor/copies.ts';
import { checkDatabase } from './doctor/database.ts';
import { checkPorts } from './doctor/ports.ts';
import { checkRecognition } from './doctor/recognition.ts';

const MARKS = { good: 'ดี   ok  ', warning: 'เตือน warn', fault: 'ผิด  FAIL' };

/** Exit 0 when nothing is at fault (warnings are allowed), else 1. */
export async function doctor(_args: string[], context: CommandContext): Promise<number> {
  const settings = context.settings();
  const now = new Date();
  const checks: Check[] = [checkNode(process.versions.node), ...(await checkData(settings)), await checkDatabase(settings)];
  checks.push(...(await checkPorts(settings)), await checkRelay(settings), checkClock(now), checkTls(settings, now));
  checks.push(checkRecognition(await findOcrPrograms()), ...(await checkCopies(settings, now)));
  const lines = checks.flatMap(check => {
    const found = `${MARKS[check.state]}  ${check.name}: ${check.th} · ${check.en}`;
    return check.remedy ? [found, `            → ${check.remedy.th} · ${check.remedy.en}`] : [found];
  });
  context.answer(lines.join('\n'), { checks });
  return checks.some(check => check.state === 'fault') ? FAILED : DONE;
}
