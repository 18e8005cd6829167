/** `saraban restore numbers receive=1290`: numbers that were given after the copy and are lost are entered as cancelled, so that none is given twice (I3). */
import { enterLostNumbers, type LostNumbers, type LostOutcome } from '../../backup/restore/lost-numbers.ts';
import { type Database, openDatabase } from '../../register/db/connect.ts';
import { type Actor, asFailure } from '../../register/db/transaction.ts';
import { REGISTERS } from '../../register/registers.ts';
import { listOf, readArguments, textOf, usage } from '../arguments.ts';
import { openClock } from '../clock.ts';
import { type CommandContext, DONE, FAILED } from '../command.ts';
import { withDatabase } from '../open-database.ts';
import { chooseAgency, officerAtTerminal } from '../with-register.ts';

/** 'receive=1290,send/2568=41': the next number each register shall give. @throws UsageError */
export function parseNext(text: string): LostNumbers[] {
  return listOf({ next: text }, 'next').map(item => {
    const found = /^([a-z-]+)(?:\/(\d{4}))?=(\d{1,9})$/.exec(item);
    const register = REGISTERS.find(name => name === found?.[1]);
    if (found === null || register === undefined || Number(found[3]) < 1)
      throw usage(
        `${item}: ต้องเป็น ทะเบียน=เลขถัดไป เช่น receive=1290`,
        `must be a register and its next number, such as receive=1290 (${REGISTERS.join(', ')})`,
      );
    return { register, year: found[2] === undefined ? undefined : Number(found[2]), next: Number(found[3]) };
  });
}

/** @param code - of the agency; needed when there are several and `next` is not empty */
export async function enterLost(
  db: Database,
  next: LostNumbers[],
  code: string | undefined,
  by: Actor,
  options: { now: Date; copyId: string },
): Promise<LostOutcome[]> {
  if (next.length === 0) return [];
  const agency = await chooseAgency(db, code);
  const outcomes: LostOutcome[] = [];
  for (const lost of next) outcomes.push(await enterLostNumbers(db, agency.id, by, lost, options));
  return outcomes;
}

export function describeLost(outcome: LostOutcome): string {
  switch (outcome.outcome) {
    case 'done':
      return `  ${outcome.register}: เลข ${outcome.from}-${outcome.to}/${outcome.year} ลงไว้เป็นยกเลิก · numbers ${outcome.from} to ${outcome.to} entered as cancelled`;
    case 'nothing':
      return `  ${outcome.register}: เลขล่าสุด ${outcome.lastNumber}/${outcome.year} อยู่แล้ว · is at ${outcome.lastNumber} already, nothing to pass over`;
    case 'too-many':
      return `  ${outcome.register}: ${outcome.count} เลขมากเกินไป (ครั้งละไม่เกิน ${outcome.most}) · ${outcome.count} numbers are too many at once (${outcome.most} at most); was the number typed right?`;
    case 'not-yet':
      return `  ปี ${outcome.year} ยังไม่ถึง · the year ${outcome.year} has not begun`;
  }
}

export async function restoreNumbers(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: { type: 'string' } }, { words: ['REGISTER=NUMBER'] });
  const next = parseNext(words[0] ?? '');
  const settings = context.settings();
  const outcomes = await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'app', max: 1, name: 'restore' });
    try {
      return await enterLost(db, next, textOf(values, 'agency'), officerAtTerminal(0), {
        now: openClock(settings.clockStart)(),
        copyId: '',
      });
    } catch (error) {
      throw asFailure(error);
    } finally {
      await db.end({ timeout: 5 });
    }
  });
  context.answer(outcomes.map(describeLost).join('\n'), { numbers: outcomes });
  return outcomes.every(one => one.outcome === 'done' || one.outcome === 'nothing') ? DONE : FAILED;
}
