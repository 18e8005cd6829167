import { describe, expect, test, vi } from 'vitest';
import { choiceOf, choiceOfPort, given, listOf, readArguments, runPart } from './arguments.ts';
import { type CommandContext, UsageError } from './command.ts';

const OPTIONS = { name: { type: 'string' }, units: { type: 'string' }, appointed: { type: 'boolean' } } as const;
const context = {} as CommandContext;

test('values, flags, lists and words in any order', () => {
  const { values, words } = readArguments(['--name=สมศรี', 'first', '--units', ' a, ,b ', '--appointed'], OPTIONS, { words: ['FILE'] });
  expect(values).toEqual({ name: 'สมศรี', units: ' a, ,b ', appointed: true });
  expect(words).toEqual(['first']);
  expect(listOf(values, 'units')).toEqual(['a', 'b']);
  expect(listOf(values, 'name-en')).toEqual([]);
  expect(given(values, { name: 'nameTh', units: 'units', 'name-en': 'nameEn' })).toEqual({ nameTh: 'สมศรี', units: ' a, ,b ' });
});

describe('each mistake is one sentence in both languages', () => {
  test.each([
    [['--nam', 'x'], 'did you mean --name?'],
    [['--password', 'x'], '--password is not an option: there are --name, --units, --appointed'],
    [['-n', 'x'], '-n'],
    [['--name'], '--name needs a value'],
    [['--name', '--appointed'], '--name needs a value'],
    [['--name', 'a', '--name', 'b'], '--name was given twice'],
    [['--appointed=no'], '--appointed takes no value'],
    [['--__proto__', 'x'], '--__proto__'],
    [[], 'FILE is missing'],
    [['a', 'b'], '"b" is one word too many'],
    [['a'], '--name must be given'],
  ])('%j: %s', (args, sentence) => {
    const read = () => readArguments(args, OPTIONS, { words: ['FILE'], required: ['name'] });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(sentence);
    expect(read).toThrow(/[ก-๙].* · /);
  });
});

test('a value after -- is a word, whatever it looks like', () => {
  expect(readArguments(['--', '--name'], OPTIONS, { words: ['LOGIN'] }).words).toEqual(['--name']);
});

test('choices and ports', () => {
  expect(choiceOf('--role', 'unit', ['unit', 'auditor'])).toBe('unit');
  expect(() => choiceOf('--role', 'toString', ['unit', 'auditor'])).toThrow('must be one of unit, auditor');
  expect([choiceOfPort('--port', undefined), choiceOfPort('--port', '25')]).toEqual([null, 25]);
  for (const wrong of ['0', '65536', '-1', '25x', '', '1e3']) expect(() => choiceOfPort('--port', wrong)).toThrow(UsageError);
});

test('the part of a command is its first word', async () => {
  const add = vi.fn(async () => 0);
  const parts = { add, list: async () => 1 };
  expect(await runPart('unit', parts, ['add', '--code', 'x'], context)).toBe(0);
  expect(add).toHaveBeenCalledWith(['--code', 'x'], context);
  await expect(runPart('unit', parts, [], context)).rejects.toThrow('must be followed by add, list');
  await expect(runPart('unit', parts, ['--code'], context)).rejects.toThrow('must be followed by add, list');
  await expect(runPart('unit', parts, ['ad'], context)).rejects.toThrow('did you mean unit add?');
  await expect(runPart('unit', parts, ['constructor'], context)).rejects.toThrow('it can be add, list');
});
