/** `saraban backup`: copies at the terminal, whether the appliance runs or not. The night does the same by itself (cli/roles/night.ts). */
import { runPart } from './arguments.ts';
import { forget } from './backup/forget.ts';
import { key } from './backup/key.ts';
import { list } from './backup/list.ts';
import { now } from './backup/now.ts';
import { pruneNow } from './backup/prune.ts';
import { verify } from './backup/verify.ts';
import type { CommandContext } from './command.ts';

export async function backup(args: string[], context: CommandContext): Promise<number> {
  return await runPart('backup', { now, list, verify, prune: pruneNow, forget, key }, args, context);
}
