import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../register/failure.ts';
import { type Command, type RunCommand, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { main } from './main.ts';

let out: string[];
let err: string[];

beforeEach(() => {
  [out, err] = [[], []];
  vi.spyOn(console, 'log').mockImplementation(line => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation(line => void err.push(line));
});
afterEach(() => vi.restoreAllMocks());

function table(run: RunCommand): Record<string, Command> {
  return { verify: { usage: '[--deep]', th: 'ตรวจ', en: 'Check', load: async () => run } };
}

function throwing(error: unknown): Record<string, Command> {
  return table(async () => {
    throw error;
  });
}

describe('help', () => {
  test.each([[], ['help'], ['--help'], ['-h'], ['verify', '--help']])('%s lists every command in Thai and English', async (...argv) => {
    expect(
      await main(
        argv,
        table(async () => 1),
      ),
    ).toBe(0);
    expect(out.join('\n')).toMatch(/verify \[--deep\]\n +ตรวจ\n +Check/);
  });

  test('every command of ours can be loaded and has its words', async () => {
    for (const [name, command] of Object.entries(COMMANDS)) {
      expect({ name, th: command.th, en: command.en }).toEqual({
        name,
        th: expect.stringMatching(/[ก-๙]/),
        en: expect.stringMatching(/^[A-Z]/),
      });
      expect(await command.load()).toBeTypeOf('function');
    }
  });
});

describe('exit codes', () => {
  test('what the command says, with --json taken out of its arguments', async () => {
    const run = vi.fn<RunCommand>(async (_args, context) => {
      context.answer('for people', { for: 'machines' });
      return 0;
    });
    expect(await main(['verify', '--json', '--deep'], table(run))).toBe(0);
    expect(run.mock.calls[0]?.[0]).toEqual(['--deep']);
    expect(out).toEqual(['{"for":"machines"}']);
  });

  test('an unknown command is 2, with the one that was meant', async () => {
    expect(
      await main(
        ['verfiy'],
        table(async () => 0),
      ),
    ).toBe(2);
    expect(err.join()).toContain('did you mean verify?');
    expect(
      await main(
        ['constructor'],
        table(async () => 0),
      ),
    ).toBe(2);
  });

  test('wrong arguments are 2', async () => {
    expect(await main(['verify'], throwing(new UsageError('one sentence')))).toBe(2);
    expect(err).toEqual(['one sentence']);
    expect(await main(['start', '--nothing'], COMMANDS)).toBe(2);
    expect(await main(['start', '--only', 'gateway,printer'], COMMANDS)).toBe(2);
    expect(err.at(-1)).toContain('"printer" is not one of gateway, night, worker, web');
  });

  test('a failure of the world is 1, or 75 when trying again helps; said in Thai and English', async () => {
    const input = { code: 'away', message: 'for the log', userMessage: { th: 'ภาษาไทย', en: 'English' } };
    expect(await main(['verify'], throwing(new Failure({ ...input, temporary: false })))).toBe(1);
    expect(err).toEqual(['ภาษาไทย\nEnglish']);
    expect(await main(['verify', '--json'], throwing(new Failure({ ...input, temporary: true })))).toBe(75);
    expect(out).toEqual(['{"error":{"code":"away","th":"ภาษาไทย","en":"English"}}']);
  });

  test('a defect is 1 and says where', async () => {
    expect(await main(['verify'], throwing(new TypeError('broken')))).toBe(1);
    expect(err.join()).toMatch(/TypeError: broken\n +at .*main\.test\.ts/);
  });
});
