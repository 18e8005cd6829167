/**
 * `saraban restore`: a whole appliance onto an empty machine, an agency into a running one, or one letter out of a copy. It says first what it will do,
 * refuses to overwrite, and ends with verify.
 */

import { readArguments, textOf, usage } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { acceptDamage } from './restore/accept.ts';
import { restoreNumbers } from './restore/numbers.ts';
import { restoreOneAgency } from './restore/one-agency.ts';
import { restoreOneLetter } from './restore/one-letter.ts';
import { restoreWhole } from './restore/whole.ts';

const OPTIONS = {
  from: { type: 'string' },
  copy: { type: 'string' },
  at: { type: 'string' },
  identity: { type: 'string' },
  to: { type: 'string' },
  key: { type: 'string' },
  yes: { type: 'boolean' },
  next: { type: 'string' },
  agency: { type: 'string' },
  letter: { type: 'string' },
  'into-store': { type: 'boolean' },
  'accept-damage': { type: 'boolean' },
} as const;

export async function restore(args: string[], context: CommandContext): Promise<number> {
  if (args[0] === 'numbers') return await restoreNumbers(args.slice(1), context);
  if (args[0] === 'accept') return await acceptDamage(args.slice(1), context);
  const { values } = readArguments(args, OPTIONS, { required: ['from'] });
  const copy = textOf(values, 'copy');
  const at = textOf(values, 'at');
  if (copy !== undefined && at !== undefined) throw usage('ระบุ --copy หรือ --at อย่างใดอย่างหนึ่ง', 'say --copy or --at, not both');
  const common = {
    from: textOf(values, 'from') ?? '',
    copy,
    at: at === undefined ? undefined : readTime(at),
    identity: textOf(values, 'identity'),
    key: textOf(values, 'key'),
    yes: values.yes === true,
  };
  const letter = textOf(values, 'letter');
  const agency = textOf(values, 'agency');
  const to = textOf(values, 'to');
  if (letter !== undefined)
    return await restoreOneLetter({ ...common, letter, agency, to, intoStore: values['into-store'] === true }, context);
  const next = textOf(values, 'next');
  if (agency !== undefined && next === undefined) return await restoreOneAgency({ ...common, agency }, context);
  return await restoreWhole({ ...common, to, next, agency, acceptDamage: values['accept-damage'] === true }, context);
}

/** A time as ISO 8601 with a zone, or a day and time in UTC. @throws UsageError */
function readTime(text: string): Date {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : null;
  if (at === null || Number.isNaN(at.getTime()))
    throw usage(
      `--at ${text}: ต้องเป็นเวลา เช่น 2026-11-22T13:00:00+07:00`,
      'must be a time with its zone, such as 2026-11-22T13:00:00+07:00',
    );
  return at;
}
