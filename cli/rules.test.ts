/** `saraban rules` without a database: it must not make one for a question about a file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { demoLetters } from './demo/letters.ts';
import { main } from './main.ts';

const RULES = `rules:
  - name: lamps
    when:
      subject: [ไฟส่องสว่าง]
    to:
      - { unit: engineering, for: action }
    dueInDays: 7
  - name: finance
    when:
      tag: [finance]
    to:
      - { unit: finance, for: action }
  - name: circulars
    when:
      letterNumber: [มท]
      circular: true
      attachment: [pdf]
    to:
      - { unit: office, for: information }
`;
let home: string;
let out: string[];
let err: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'saraban-rules-test-'));
  vi.stubEnv('SARABAN_DATA', join(home, 'data'));
  vi.stubEnv('SARABAN_CONF', '/dev/null');
  [out, err] = [[], []];
  vi.spyOn(console, 'log').mockImplementation(line => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation(line => void err.push(line));
});
afterEach(() => {
  expect(existsSync(join(home, 'data'))).toBe(false);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

async function decided(...args: string[]): Promise<{ letter: Record<string, unknown>; recipients: { unit: string; rule: string }[] }> {
  out = [];
  expect(await main(['rules', 'test', file('rules.yaml', RULES), ...args, '--json'])).toBe(0);
  return JSON.parse(out.join(''));
}

describe('check', () => {
  test('a good file is 0, and says that no unit was looked up', async () => {
    expect(await main(['rules', 'check', file('rules.yaml', RULES)])).toBe(0);
    expect(out.join()).toContain('good, 3 rules');
    expect(err.join()).toContain('the units were not looked up');
  });

  test('faults are 1, each with its line, in Thai and English', async () => {
    const path = file('bad.yaml', 'match: firs\nrules:\n  - name: x\n    whn: {}\n    to: [{ unit: a, for: fun }]\n');
    expect(await main(['rules', 'check', path])).toBe(1);
    const lines = out.join('\n').split('\n');
    expect(lines.map(line => line.slice(path.length).split(':')[1])).toEqual(['1', '4', '5']);
    for (const line of lines) expect(line).toMatch(/[ก-๙].* · /);
    out = [];
    expect(await main(['rules', 'check', path, '--json'])).toBe(1);
    expect(JSON.parse(out.join('')).faults).toHaveLength(3);
  });

  test('a file that is not there is 1, in one sentence', async () => {
    expect(await main(['rules', 'check', join(home, 'none.yaml')])).toBe(1);
    expect(err.join()).toContain('none.yaml cannot be read (ENOENT)');
  });

  test.each([[['check']], [['check', 'a', 'b']], [['chek', 'a']], [[]], [['check', 'a', '--unit', 'x']]])('%j is 2', async args => {
    expect(await main(['rules', ...args])).toBe(2);
  });
});

describe('test', () => {
  test('by words: subject, tag, letter number with class and attachment', async () => {
    expect((await decided('--subject', 'ขอให้ซ่อมไฟส่องสว่าง')).recipients).toMatchObject([{ unit: 'engineering', rule: 'lamps' }]);
    expect((await decided('--from', 'a@b.example', '--tag', 'finance')).recipients).toMatchObject([{ unit: 'finance' }]);
    const circular = await decided('--letter-number', 'มท ๐๘๐๘.๒/ว ๑๕๙๐', '--attachments', 'a.pdf');
    expect(circular.letter).toMatchObject({ circular: true });
    expect(circular.recipients).toMatchObject([{ unit: 'office', rule: 'circulars' }]);
    expect((await decided('--letter-number', 'มท 0808.2/1590', '--attachments', 'a.pdf')).recipients).toEqual([]);
  });

  test('by a mail in a file, read as the appliance reads letters', async () => {
    const letters = demoLetters('saraban+finance@agency.example', 'test', new Date('2026-11-22T10:00:00Z'));
    const eml = file('letter.eml', letters[0]?.message ?? '');
    const { letter } = await decided('--eml', eml);
    expect(letter).toMatchObject({
      fromAddress: 'saraban@dla.example',
      letterNumber: 'มท 0808.2/ว 1590',
      urgency: 'most-urgent',
      tags: ['finance'],
    });
    expect((await decided('--eml', eml)).recipients).toMatchObject([{ unit: 'finance' }]);
    expect((await decided('--eml', eml, '--tag', 'none')).recipients).toMatchObject([{ unit: 'office', rule: 'circulars' }]);
  });

  test('says for people which rule decides, and why the others do not', async () => {
    expect(await main(['rules', 'test', file('rules.yaml', RULES), '--tag', 'finance'])).toBe(0);
    const text = out.join('\n');
    expect(text).toMatch(/✗ lamps .*no\n +✗ subject: .*none of "ไฟส่องสว่าง" is in the subject/);
    expect(text).toMatch(/✓ finance .*MATCHES/);
    expect(text).toContain('1 further rules were not tried');
    out = [];
    expect(await main(['rules', 'test', file('rules.yaml', RULES), '--subject', 'x'])).toBe(0);
    expect(out.join('\n')).toContain('no rule matches: it waits for the saraban officer');
  });

  test.each([
    [[], 'say what to test'],
    [['--from', 'nobody'], 'is not a mail address'],
    [['--subject', 'x', '--urgency', 'very'], 'must be one of normal'],
    [['--eml', 'x.eml', '--subject', 'y'], 'cannot be used together'],
  ])('%j is 2: %s', async (args, sentence) => {
    expect(await main(['rules', 'test', file('rules.yaml', RULES), ...args])).toBe(2);
    expect(err.join()).toContain(sentence);
  });

  test('a mail that is not there is 1; a file with faults is 1', async () => {
    expect(await main(['rules', 'test', file('rules.yaml', RULES), '--eml', join(home, 'none.eml')])).toBe(1);
    expect(await main(['rules', 'test', file('bad.yaml', 'rules: 7'), '--tag', 'x'])).toBe(1);
    expect(out.join()).toContain('bad.yaml:1:8:');
  });
});
