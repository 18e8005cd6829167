/** What the register answered to an act, as a command says it: the value, or one sentence and an exit code. */
import { Failure, type UserMessage } from '../register/failure.ts';
import type { ActOutcome, Fault } from '../register/officer.ts';
import { UsageError } from './command.ts';

/**
 * The value of an act that was done.
 * @param what the act was about, for the sentence: `{ th: 'บัญชี somsri', en: 'User somsri' }`
 * @param options names of the options that the register's fields came from, where they differ: `{ nameTh: 'name' }`
 * @throws UsageError for what the register does not take (exit 2), Failure for the rest (exit 1)
 */
export function done<T>(
  what: UserMessage,
  outcome: ActOutcome<T> | { outcome: 'invalid'; faults: Fault[] },
  options: Record<string, string> = {},
): T {
  switch (outcome.outcome) {
    case 'done':
      return outcome as T;
    case 'invalid':
      throw new UsageError(outcome.faults.map(fault => inWords(fault, options)).join('\n'));
    case 'not-found':
      throw failure('not-found', `ไม่พบ${what.th}`, `${what.en} was not found.`);
    case 'forbidden':
      throw failure('forbidden', `ไม่มีสิทธิ์ทำรายการนี้ (${what.th})`, `This may not be done from here (${what.en}).`);
    case 'conflict':
      throw failure('conflict', `${what.th} อยู่ในสถานะ ${outcome.state} แล้ว`, `${what.en} is ${outcome.state} already.`);
  }
}

function inWords(fault: Fault, options: Record<string, string>): string {
  // `unitIds.0` is said as --units.
  const field = fault.field.split('.')[0] ?? fault.field;
  return `--${options[field] ?? field}: ${fault.message.th} · ${fault.message.en}`;
}

function failure(code: string, th: string, en: string): Failure {
  return new Failure({ code, temporary: false, message: en, userMessage: { th, en } });
}
