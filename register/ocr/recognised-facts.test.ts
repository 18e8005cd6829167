import { expect, test } from 'vitest';
import { findFacts } from '../letter/facts.ts';
import { takeOverRecognised } from './recognised-facts.ts';

type Entry = Parameters<typeof takeOverRecognised>[0];

const entry = (change: Partial<Entry> = {}): Entry => ({
  subject: 'scan0001.pdf',
  addressee: '',
  fromAgency: '',
  letterNumber: '',
  letterDate: null,
  urgency: 'normal',
  secrecy: 'normal',
  circular: false,
  kind: '',
  dueOn: null,
  remark: '',
  guesses: {},
  settled: [],
  ...change,
});
const AT = new Date('2026-11-22T03:00:00Z');
const found = (text: string) => findFacts({ subject: '', bodyText: '', documents: [{ path: 'ocr:2', name: null, text }] });
const LETTER = 'ที่ มท 0201.2/1590\n15 พฤศจิกายน 2569\nเรื่อง ขอเชิญประชุม\nเรียน อธิบดีกรมบัญชีกลาง\nขอให้แจ้งภายในวันที่ 30 พฤศจิกายน 2569';

test('what nobody wrote is filled, each as a guess, however plainly it stood there', () => {
  const filler = { subject: { source: 'subject', certainty: 'likely' } };
  const taken = takeOverRecognised(entry({ guesses: filler }), found(LETTER), AT);
  expect(taken.facts).toMatchObject({
    letterNumber: 'มท 0201.2/1590',
    letterDate: '2026-11-15',
    subject: 'ขอเชิญประชุม',
    dueOn: '2026-11-30',
  });
  expect(new Set(Object.values(taken.guesses).map(guess => `${guess.source} ${guess.certainty}`))).toEqual(
    new Set(['document:ocr:2 guess']),
  );
});

test('a guess of the mail or of a document’s own text stays; one that was recognised before may be mended', () => {
  const body = { source: 'body', certainty: 'guess' };
  const known = entry({
    letterNumber: 'กค 1/1',
    dueOn: '2026-12-01',
    guesses: { letterNumber: body, dueOn: body, addressee: { ...body, source: 'document:2' } },
  });
  const taken = takeOverRecognised(known, found(LETTER), AT);
  expect(Object.keys(taken.facts).sort()).toEqual(['letterDate', 'subject']);
  expect(taken.guesses).toMatchObject({ letterNumber: body, dueOn: body, letterDate: { certainty: 'guess' } });
  const before = { source: 'document:ocr:1', certainty: 'guess' };
  expect(
    takeOverRecognised(entry({ letterNumber: 'กค 1/1', guesses: { letterNumber: before } }), found(LETTER), AT).facts.letterNumber,
  ).toBe('มท 0201.2/1590');
});

test('what an officer wrote or settled is not touched', () => {
  const settled = entry({ letterDate: '2026-11-01', subject: 'ส่งเอกสาร', settled: ['letterNumber', 'letterDate', 'subject', 'kind'] });
  const { facts, guesses } = takeOverRecognised(settled, found(LETTER), AT);
  expect(Object.keys(facts).sort()).toEqual(['addressee', 'dueOn']);
  expect(Object.keys(guesses)).not.toEqual(expect.arrayContaining(['letterNumber']));
});

test('classes rise, and never fall', () => {
  const classified = found(`ลับมาก\nด่วนที่สุด\n${LETTER}`);
  const guesses = { secrecy: { source: 'body', certainty: 'likely' } };
  expect(takeOverRecognised(entry({ secrecy: 'confidential', guesses }), classified, AT).facts).toMatchObject({
    secrecy: 'secret',
    urgency: 'most-urgent',
  });
  expect(takeOverRecognised(entry({ secrecy: 'top-secret' }), classified, AT).facts).not.toHaveProperty('secrecy');
  expect(takeOverRecognised(entry({ settled: ['secrecy'] }), classified, AT).facts).not.toHaveProperty('secrecy');
});
