/** The door of the command line: finds the command, runs it, and turns whatever came of it into words and an exit code. */

import { nearest } from '../config/nearest.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../register/failure.ts';
import { type Command, type CommandContext, FAILED, TRY_AGAIN, USAGE, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { help } from './help.ts';
import { readSettings, SettingsFaults } from './read-settings.ts';

/**
 * Runs one command.
 * @param argv what stands behind `saraban`
 * @returns the exit code: 0 done, 1 failed, 2 usage or settings, 75 try again
 */
export async function main(argv: string[], commands: Record<string, Command> = COMMANDS): Promise<number> {
  const json = argv.includes('--json');
  const [name, ...args] = argv.filter(arg => arg !== '--json');
  const context = contextOf(json);
  try {
    if (name === undefined || ['help', '--help', '-h'].includes(name) || args.includes('--help')) return help(commands, context);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw unknownCommand(name, commands);
    const run = await command.load();
    return await run(args, context);
  } catch (error) {
    return sayFailure(error, name, context);
  }
}

function contextOf(json: boolean): CommandContext {
  let settings: Settings | undefined;
  return {
    env: process.env,
    json,
    settings: () => {
      settings ??= readSettings(process.env);
      return settings;
    },
    answer: (text, value) => console.log(json ? JSON.stringify(value) : text),
    note: text => console.error(text),
  };
}

function unknownCommand(name: string, commands: Record<string, Command>): UsageError {
  const meant = nearest(name, Object.keys(commands));
  const hint = meant ? `หมายถึง ${meant} หรือไม่ · did you mean ${meant}?` : 'ดู npx saraban help · see npx saraban help';
  return new UsageError(`ไม่มีคำสั่ง ${name} · ${name} is not a command: ${hint}`);
}

function sayFailure(error: unknown, name: string | undefined, context: CommandContext): number {
  const { code, th, en, exit } = describe(error, name);
  if (context.json) console.log(JSON.stringify({ error: { code, th, en } }));
  else console.error(th === en ? en : `${th}\n${en}`);
  return exit;
}

function describe(error: unknown, name: string | undefined): { code: string; th: string; en: string; exit: number } {
  if (error instanceof UsageError) return { code: 'usage', th: error.message, en: error.message, exit: USAGE };
  if (error instanceof SettingsFaults) return { code: 'settings', th: error.message, en: error.message, exit: USAGE };
  if (error instanceof Failure) return { code: error.code, ...error.userMessage, exit: error.temporary ? TRY_AGAIN : FAILED };
  // parseArgs of node:util throws these.
  const code = (error as NodeJS.ErrnoException)?.code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith('ERR_PARSE_ARGS_')) return { code: 'usage', th: `${name}: ${message}`, en: `${name}: ${message}`, exit: USAGE };
  // A broken invariant or a defect: the place where it happened is what helps.
  const trace = error instanceof Error ? (error.stack ?? message) : message;
  return {
    code: 'defect',
    th: `ข้อผิดพลาดในโปรแกรม · A defect in the program: ${trace}`,
    en: `A defect in the program: ${trace}`,
    exit: FAILED,
  };
}
