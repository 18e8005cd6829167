import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nearest } from './rule-faults.ts';
import { packList, packNumber, packText, parseRulePack } from './rule-pack.ts';
import { checkUnits, parseRules, parseYaml, type RuleSet } from './rules.ts';

const configFile = (name: string): string => readFileSync(new URL(`../../config/rules/${name}`, import.meta.url), 'utf8');

function rulesOf(text: string): RuleSet {
  const parsed = parseRules(text);
  if (parsed.outcome !== 'ok') throw new Error(JSON.stringify(parsed.faults));
  return parsed.rules;
}

/** `line: English message` of each fault. */
function faultsOf(text: string): string[] {
  const parsed = parseRules(text);
  return parsed.outcome === 'ok' ? [] : parsed.faults.map(({ line, message }) => `${line}: ${message.en}`);
}

describe('a good rule file', () => {
  test('everything that can be said', () => {
    const rules = rulesOf(`
match: all
rules:
  - name: ไฟฟ้าสาธารณะ
    when: { subject: [ไฟฟ้า, 2569], from: ['*@dla.example', A@B.go.th], tag: finance, letterNumber: [มท 0201], attachment: [pdf, image],
            urgency: [urgent, ด่วนที่สุด], circular: true, text: [ถนน] }
    to: [ { unit: engineering, for: action }, { unit: clerk, officer: somchai, for: information } ]
    instruction: โปรดตรวจสอบ
    dueInDays: 7
    then: stop
  - name: rest
    to: { unit: 0201 }
`);
    expect(rules).toEqual({
      match: 'all',
      rules: [
        {
          name: 'ไฟฟ้าสาธารณะ',
          line: 4,
          when: {
            subject: ['ไฟฟ้า', '2569'],
            text: ['ถนน'],
            from: ['*@dla.example', 'a@b.go.th'],
            tag: ['finance'],
            letterNumber: ['มท 0201'],
            attachment: ['pdf', 'image'],
            urgency: ['urgent', 'most-urgent'],
            circular: true,
          },
          to: [
            { unit: 'engineering', officer: null, purpose: 'action', place: { line: 7, column: 11 } },
            { unit: 'clerk', officer: 'somchai', purpose: 'information', place: { line: 7, column: 47 } },
          ],
          instruction: 'โปรดตรวจสอบ',
          dueInDays: 7,
          stops: true,
        },
        {
          name: 'rest',
          line: 11,
          when: {},
          to: [{ unit: '0201', officer: null, purpose: 'action', place: { line: 12, column: 9 } }],
          instruction: null,
          dueInDays: null,
          stops: false,
        },
      ],
    });
  });

  test('first match stops unless the rule says continue; an empty file is an empty set', () => {
    const rules = rulesOf('rules:\n- {name: a, when: {tag: x}, to: {unit: u}, then: continue}\n- {name: b, to: {unit: u}}\n');
    expect([rules.match, ...rules.rules.map(rule => rule.stops)]).toEqual(['first', false, true]);
    for (const empty of ['', '# nothing\n', 'rules:\n', 'rules: []\n', 'match: all\n']) expect(rulesOf(empty).rules).toEqual([]);
  });
});

describe('faults', () => {
  test('all in one go, in the order of the lines, with the nearest known word', () => {
    expect(
      faultsOf(`mach: first
rules:
  - name: one
    whem: { subject: x }
    to: [{ unit: a, fro: action }]
  - when: { sujbect: [x], urgency: [urgnt], circular: maybe, attachment: [floppy], from: [nobody], tag: [] }
    to: []
    dueInDays: soon
    then: halt
  - name: ''
    to: { officer: x }
    dueInDays: 1.5
  - nonsense
  - name: one
    when: { subject: ['', [x]], tag: a }
    to: { unit: a, for: fun }
    instruction: { a: b }
`),
    ).toEqual([
      '1: the rule file has no "mach"; did you mean "match"?',
      '4: the rule has no "whem"; did you mean "when"?',
      '5: the recipient (to) has no "fro"; did you mean "for"?',
      '6: a rule needs a name',
      '6: the condition (when) has no "sujbect"; did you mean "subject"?',
      '6: "urgency" can\'t be "urgnt"; did you mean "urgent"?',
      '6: "circular" must be true or false',
      '6: "attachment" can\'t be "floppy"; it can be any, none, pdf, image, word, spreadsheet, presentation, archive, audio, video, text',
      '6: "nobody" is no address pattern such as a@b.go.th or *@b.go.th',
      '6: "tag" needs at least one value',
      '7: a rule needs "to" with at least one unit',
      '8: "dueInDays" must be a whole number from 0 to 366',
      '9: "then" can\'t be "halt"; it can be stop, continue',
      '10: "name" must be a text that is not empty',
      '11: a recipient needs "unit"',
      '12: "dueInDays" must be a whole number from 0 to 366',
      '13: the rule must be a list of "name: value"',
      '14: the name "one" is taken by the rule on line 3',
      '15: a value of "subject" must be a text that is not empty',
      '15: a value of "subject" must be a text that is not empty',
      '16: "for" can\'t be "fun"; it can be action, information, เพื่อดำเนินการ, เพื่อทราบ',
      '17: "instruction" must be a text that is not empty',
    ]);
  });

  test('a rule without conditions hides those after it, unless it goes on', () => {
    const file = (then: string): string => `rules:\n- {name: a, to: {unit: u}${then}}\n- {name: b, to: {unit: u}}\n`;
    expect(faultsOf(file(''))).toEqual(['2: the rule "a" has no condition, so the rules after it are never used']);
    expect(faultsOf(file(', then: continue'))).toEqual([]);
    expect(faultsOf(`match: all\n${file('')}`)).toEqual([]);
  });

  test('each fault is told in Thai too', () => {
    const parsed = parseRules('mach: first\nrules: [{}]');
    if (parsed.outcome !== 'faults') throw new Error('no fault');
    for (const { message } of parsed.faults) expect(message.th).toMatch(/[ก-ฮ]/);
    expect(parsed.faults[0]).toMatchObject({ line: 1, column: 1, message: { th: 'ไม่รู้จักคำ "mach" ในไฟล์กฎ หมายถึง "match" หรือไม่' } });
  });

  test.each([
    ['a list at the top', '- a\n', 1],
    ['a text', 'hello', 1],
    ['rules as a mapping', 'match: all\nrules: {a: b}\n', 2],
    ['an open bracket', 'rules:\n  - name: [a\n    to: b\n', 3],
    ['a tab as indent', 'rules:\n\t- name: a\n', 2],
    ['a key twice', 'match: all\nmatch: first\n', 2],
    ['an unknown alias', 'rules: *x\n', 1],
    ['an alias as a value', 'rules:\n- &r {name: a, to: {unit: u}}\n- *r\n', 3],
    ['two documents', 'match: all\n---\nmatch: all\n', 2],
    ['too many wildcards', "rules:\n- name: a\n  when: {from: '*a*b*c*@d'}\n  to: {unit: u}\n", 3],
    ['a huge file', 'x'.repeat(600_000), 1],
    ['brackets without end', '['.repeat(100_000), 1],
  ])('%s', (_name, text, line) => {
    const parsed = parseRules(text);
    expect(parsed.outcome).toBe('faults');
    if (parsed.outcome === 'faults') expect(parsed.faults[0]?.line).toBe(line);
  });

  test('nearest is silent when nothing is near', () => {
    expect(nearest('subjekt', ['subject', 'text'])).toBe('subject');
    expect(nearest('xyz', ['subject', 'text'])).toBeNull();
    expect(nearest('', [])).toBeNull();
  });
});

describe('checkUnits', () => {
  test('names what the agency does not have, where it stands', () => {
    const rules = rulesOf(
      'rules:\n- name: a\n  to:\n  - {unit: enginering}\n  - {unit: clerk, officer: somchay}\n  - {unit: clerk, officer: somchai}\n',
    );
    const faults = checkUnits(rules, ['engineering', 'clerk'], ['somchai']);
    expect(faults.map(({ line, column, message }) => [line, column, message.en])).toEqual([
      [4, 5, 'there is no unit "enginering"; did you mean "engineering"?'],
      [5, 5, 'there is no officer "somchay"; did you mean "somchai"?'],
    ]);
    expect(checkUnits(rules, [], [])).toHaveLength(5);
  });
});

describe('the files that come with the appliance', () => {
  test('the sample routing rules are without fault', () => {
    const rules = rulesOf(configFile('routing-sample.yaml'));
    expect(checkUnits(rules, ['office', 'engineering', 'clerk', 'finance', 'legal'], [])).toEqual([]);
    expect(rules.rules.length).toBeGreaterThan(5);
  });

  test('the Thai rule pack is without fault, and says how sure each value is', () => {
    const parsed = parseRulePack(configFile('thailand-saraban.yaml'));
    if (parsed.outcome !== 'ok') throw new Error(JSON.stringify(parsed.faults));
    expect(packNumber(parsed.pack, 'mailbox-checks-a-day')).toBe(2);
    expect(packText(parsed.pack, 'acknowledge-late-mail-by')).toBe('10:00');
    expect(packList(parsed.pack, 'form-13-columns')).toHaveLength(8);
    expect(parsed.pack.entries.get('form-13-columns')?.status).toBe('unverified');
    expect(() => packNumber(parsed.pack, 'form-13-columns')).toThrow('form-13-columns');
  });
});

describe('parseRulePack', () => {
  test('every faulty entry is named', () => {
    const parsed = parseRulePack(
      'name: x\nrules:\n  a: { clause: c, text: t, value: 1, status: sure }\n  b: 3\n  c: { clause: c, text: t, value: [], status: partly, no: 1 }\n',
    );
    if (parsed.outcome !== 'faults') throw new Error('no fault');
    expect(parsed.faults.map(({ line, message }) => [line, message.en])).toEqual([
      [3, '"a" needs a status: verified, partly, unverified'],
      [4, '"b" must have clause, text, value and status'],
      [5, '"c" has an unknown "no"'],
      [5, '"c" needs a value: a text, a number, true or false, or a list of texts'],
    ]);
  });

  test.each([[''], ['- a'], ['name: x'], ['name: [x'], ['rules: {}']])('no pack: %j', text => {
    expect(parseRulePack(text).outcome).toBe('faults');
  });

  test('an alias bomb is refused', () => {
    const bomb = `a: &a [${'x,'.repeat(50)}x]\nb: &b [${'*a,'.repeat(50)}*a]\nc: &c [${'*b,'.repeat(50)}*b]\nd: [${'*c,'.repeat(50)}*c]\n`;
    expect(parseYaml(bomb).outcome).toBe('faults');
  });
});
