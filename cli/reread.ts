/** `saraban reread`: has letters read again that could not be read, or all of them after an update. Queued here, done by the worker. */
import { rereadAll } from '../register/act/reread.ts';
import { done } from './act-outcome.ts';
import { readArguments, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

export async function reread(args: string[], context: CommandContext): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = readArguments(args, { agency: { type: 'string' }, failed: flag, poor: flag, all: flag });
  const said = (['failed', 'poor', 'all'] as const).filter(which => values[which] === true);
  if (said.length > 1) throw usage('เลือกได้เพียงหนึ่งอย่าง: --failed, --poor หรือ --all', 'choose one of --failed, --poor and --all');
  const which = said[0] ?? 'failed';
  const { code, count } = await withRegister(context.settings(), async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    const outcome = await rereadAll(register, officerAtTerminal(agency.id), { which });
    return { code: agency.code, ...done({ th: 'การอ่านใหม่', en: 'Reading again' }, outcome) };
  });
  context.answer(`เข้าคิวอ่านใหม่ ${count} ฉบับ · ${count} queued to be read again`, { agency: code, which, count });
  return DONE;
}
