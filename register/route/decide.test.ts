import { describe, expect, test } from 'vitest';
import { type Decision, decide, type LetterForRules } from './decide.ts';
import { parseRules } from './rules.ts';

const LETTER: LetterForRules = {
  fromAddress: 'Somsri@Dla.example',
  envelopeFrom: 'bounce@mail.dla.example',
  tags: ['Finance'],
  subject: 'ด่วนที่สุด ขอให้ซ่อมไฟฟ้าสาธารณะ',
  text: 'เสาต้นที่ ๑๒ ดับ with thanks',
  letterNumber: 'มท ๐๒๐๑.๒/ว ๑๕๙๐',
  attachments: [{ name: 'Scan.PDF', contentType: 'application/octet-stream' }],
  urgency: 'most-urgent',
  circular: true,
};

function run(yaml: string, letter: Partial<LetterForRules> = {}): Decision {
  const parsed = parseRules(yaml);
  if (parsed.outcome !== 'ok') throw new Error(JSON.stringify(parsed.faults));
  return decide(parsed.rules, { ...LETTER, ...letter });
}

/** Does a rule with this one condition take the letter? */
function takes(when: string, letter: Partial<LetterForRules> = {}): boolean {
  const { recipients, trace } = run(`rules: [{ name: r, when: { ${when} }, to: { unit: u } }]`, letter);
  expect(trace[0]?.matched).toBe(recipients.length === 1);
  return recipients.length === 1;
}

describe('conditions', () => {
  test.each([
    ['subject: [ประปา, ไฟฟ้า]', true],
    ['subject: [ประปา]', false],
    ['subject: [ไฟฟา]', true],
    ["subject: ['ไฟ\u200bฟ้า']", true],
    ["text: ['ต้นที่ 12']", true],
    ['text: [ไฟฟ้า]', true],
    ['text: [THANKS]', true],
    ['text: [it]', false],
    ["text: ['.*']", false],
    ["from: ['*@dla.example']", true],
    ["from: ['*@mail.dla.example']", true],
    ["from: ['*@*.example']", true],
    ['from: [somsri@dla.example]', true],
    ["from: ['*@la.example']", false],
    ["from: ['*@dla.exampl']", false],
    ['tag: [FINANCE]', true],
    ['tag: [fin]', false],
    ['letterNumber: [มท]', true],
    ['letterNumber: [มท0201]', true],
    ['letterNumber: [มท 02]', true],
    ['letterNumber: [ท]', false],
    ['letterNumber: [นว, กค]', false],
    ['attachment: [image, pdf]', true],
    ['attachment: [any]', true],
    ['attachment: [none]', false],
    ['attachment: [word]', false],
    ['urgency: [urgent, most-urgent]', true],
    ['urgency: [urgent]', false],
    ['circular: true', true],
    ['circular: false', false],
    ['subject: [ไฟฟ้า], tag: [finance], circular: true', true],
    ['subject: [ไฟฟ้า], tag: [other], circular: true', false],
  ])('%s: %s', (when, expected) => {
    expect(takes(when)).toBe(expected);
  });

  test('a consonant code is whole: มท is not มทส', () => {
    expect(takes('letterNumber: [มท]', { letterNumber: 'มทส 0201/5' })).toBe(false);
    expect(takes('letterNumber: [มทส]', { letterNumber: 'มทส 0201/5' })).toBe(true);
  });

  test('a letter that has nothing', () => {
    const empty = {
      fromAddress: '',
      envelopeFrom: '',
      tags: [],
      subject: '',
      text: '',
      letterNumber: null,
      attachments: [],
      circular: false,
    };
    for (const when of ['subject: [a]', 'text: [ก]', "from: ['*@*']", 'tag: [a]', 'letterNumber: [ก]', 'attachment: [any]']) {
      expect(takes(when, empty), when).toBe(false);
    }
    expect(takes('attachment: [none]', empty)).toBe(true);
  });

  test('kinds by type too', () => {
    const kind = (contentType: string, wanted: string): boolean =>
      takes(`attachment: [${wanted}]`, { attachments: [{ name: null, contentType }] });
    expect(kind('application/pdf; name=x', 'pdf')).toBe(true);
    expect(kind('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'word')).toBe(true);
    expect(kind('application/vnd.oasis.opendocument.spreadsheet', 'spreadsheet')).toBe(true);
    expect(kind('application/x-zip-compressed', 'archive')).toBe(true);
    expect(kind('image/jpeg', 'image')).toBe(true);
    expect(kind('image/jpeg', 'pdf')).toBe(false);
  });

  test('hostile letters stay fast', () => {
    expect(takes("from: ['*a*a*@x']", { fromAddress: 'a'.repeat(100_000), envelopeFrom: '' })).toBe(false);
    expect(takes('text: [ไม่มี]', { text: 'ก'.repeat(1_000_000) })).toBe(false);
  });
});

const THREE = (match: string, then = ''): string => `
match: ${match}
rules:
  - name: one
    when: { tag: [finance] }
    to: [{ unit: a, for: information }]
    instruction: first
    dueInDays: 9
    ${then}
  - name: two
    when: { subject: [ไม่ตรง] }
    to: [{ unit: b }]
  - name: three
    to: [{ unit: a, for: action }, { unit: a, officer: x }, { unit: c }]
    instruction: second
    dueInDays: 3
`;

describe('first and all', () => {
  test('first: the first rule that matches decides, later ones are not tried', () => {
    const { recipients, trace } = run(THREE('first'));
    expect(recipients).toEqual([{ unit: 'a', officer: null, purpose: 'information', instruction: 'first', dueInDays: 9, rule: 'one' }]);
    expect(trace.map(({ rule, line, matched }) => [rule, line, matched])).toEqual([['one', 4, true]]);
  });

  test('first, with continue: goes on to the next match; a unit named twice gets one routing', () => {
    const { recipients, trace } = run(THREE('first', 'then: continue'));
    expect(recipients).toEqual([
      { unit: 'a', officer: null, purpose: 'action', instruction: 'first', dueInDays: 3, rule: 'one' },
      { unit: 'a', officer: 'x', purpose: 'action', instruction: 'second', dueInDays: 3, rule: 'three' },
      { unit: 'c', officer: null, purpose: 'action', instruction: 'second', dueInDays: 3, rule: 'three' },
    ]);
    expect(trace.map(({ matched }) => matched)).toEqual([true, false, true]);
  });

  test('all: every match counts, until one says stop', () => {
    expect(run(THREE('all')).recipients).toHaveLength(3);
    expect(run(THREE('all', 'then: stop')).recipients).toHaveLength(1);
  });

  test('no rule, no recipient: it waits for the officer', () => {
    expect(run('')).toEqual({ recipients: [], trace: [] });
  });
});

test('the trace says why, in both languages, for every condition', () => {
  const { trace } = run(
    "rules: [{ name: r, when: { subject: [ไฟฟ้า], from: ['*@x.th'], letterNumber: [กค], circular: true }, to: { unit: u } }]",
  );
  expect(trace).toEqual([
    {
      rule: 'r',
      line: 1,
      matched: false,
      conditions: [
        { name: 'subject', matched: true, why: { th: 'พบคำ "ไฟฟ้า" ในชื่อเรื่อง', en: '"ไฟฟ้า" is in the subject' } },
        {
          name: 'from',
          matched: false,
          why: { th: 'ผู้ส่ง Somsri@Dla.example ไม่ตรงกับ "*@x.th"', en: 'the sender Somsri@Dla.example fits none of "*@x.th"' },
        },
        {
          name: 'letterNumber',
          matched: false,
          why: { th: 'ที่ มท ๐๒๐๑.๒/ว ๑๕๙๐ ไม่ได้ขึ้นต้นด้วย "กค"', en: 'the letter number มท ๐๒๐๑.๒/ว ๑๕๙๐ begins with none of "กค"' },
        },
        { name: 'circular', matched: true, why: { th: 'เป็นหนังสือเวียน', en: 'the letter is a circular' } },
      ],
    },
  ]);
});
