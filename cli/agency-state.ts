/** `saraban agency suspend CODE` and `saraban agency activate CODE`: for an agency that moves between two appliances, of which one alone may give its numbers. */
import { Failure } from '../register/failure.ts';
import { type AgencyState, changeAgencyState } from '../register/office/agency-state.ts';
import { readArguments } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { officerAtTerminal, withRegister } from './with-register.ts';

export async function suspend(args: string[], context: CommandContext): Promise<number> {
  const { words } = readArguments(args, {}, { words: ['CODE'] });
  const code = words[0] ?? '';
  await change(context, code, 'suspended', ['active']);
  const text = `ระงับ ${code} แล้ว จดหมายรออยู่ที่ผู้ส่งและจะส่งมาใหม่ · ${code} is suspended: senders keep their mail and try again`;
  context.answer(text, { code, state: 'suspended' });
  return DONE;
}

/** One that has left gives its numbers elsewhere: only with `--never-moved` does it begin again here. */
export async function activate(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { 'never-moved': { type: 'boolean' } }, { words: ['CODE'] });
  const code = words[0] ?? '';
  await change(context, code, 'active', values['never-moved'] === true ? ['suspended', 'left'] : ['suspended']);
  context.answer(`${code} รับหนังสือและออกเลขที่ระบบนี้แล้ว · ${code} takes mail and gives numbers here`, { code, state: 'active' });
  return DONE;
}

async function change(context: CommandContext, code: string, to: 'active' | 'suspended', from: AgencyState[]): Promise<void> {
  const outcome = await withRegister(context.settings(), register =>
    changeAgencyState(register.db, { code, to, from }, officerAtTerminal(0), register.now()),
  );
  if (outcome.outcome === 'not-found') throw failure('not-found', `ไม่มีส่วนราชการรหัส ${code}`, `There is no agency ${code}.`);
  if (outcome.outcome === 'done') return;
  if (outcome.state === 'left')
    throw failure(
      'conflict',
      `${code} ออกจากระบบนี้แล้วและอาจออกเลขอยู่ที่อื่น หากแน่ใจว่าไม่เคยย้ายจริง ให้ใช้ --never-moved`,
      `${code} has left and may give its numbers elsewhere. If you are sure that it never moved, say --never-moved.`,
    );
  throw failure('conflict', `${code} อยู่ในสถานะ ${outcome.state} แล้ว`, `${code} is ${outcome.state} already.`);
}

function failure(code: string, th: string, en: string): Failure {
  return new Failure({ code, temporary: false, message: en, userMessage: { th, en } });
}
