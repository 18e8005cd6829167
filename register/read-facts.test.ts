import { describe, expect, it } from 'vitest';
import type { LetterFacts } from './letter/facts.ts';
import { findFacts } from './letter/facts.ts';
import { countAttachments, saysNothing, takeOver } from './read-facts.ts';

const entry = {
  subject: 'ด่วนที่สุด การจัดสรรเงินอุดหนุน',
  addressee: '',
  fromAgency: '',
  letterNumber: '',
  letterDate: null,
  urgency: 'normal' as const,
  secrecy: 'normal' as const,
  circular: false,
  kind: '',
  dueOn: null,
  remark: '',
  guesses: {},
  settled: [] as string[],
};
const found = (text: string, subject = ''): LetterFacts => findFacts({ subject, bodyText: text, documents: [] });
const MORNING_IN_BANGKOK = new Date('2026-11-22T19:30:00Z');

describe('what a machine read becomes a fact', () => {
  it('leaves the subject as its sender wrote it, whatever a document names', () => {
    const { facts } = takeOver(entry, found('ที่ มท 0808.2/ว 1590\nเรื่อง การจัดสรรเงินอุดหนุนเฉพาะกิจ\nเรียน นายกเทศมนตรี'), MORNING_IN_BANGKOK);
    expect(facts.subject).toBeUndefined();
    expect(facts.letterNumber).toBe('มท 0808.2/ว 1590');
  });

  it('takes the subject of the letter where the mail says nothing', () => {
    for (const subject of ['', 'Scan_20261122.pdf', 'FW: หนังสือ', '(no subject)', 'Document 12', 'เอกสารแนบ']) {
      expect(saysNothing(subject), subject).toBe(true);
      const { facts } = takeOver({ ...entry, subject }, found('เรื่อง ขอเชิญประชุม\nเรียน นายกเทศมนตรี'), MORNING_IN_BANGKOK);
      expect(facts.subject, subject).toBe('ขอเชิญประชุม');
    }
    for (const subject of ['ขอเชิญประชุม', 'Re: เอกสารประกอบการประชุม', 'ขอ', 'Scanner broken'])
      expect(saysNothing(subject), subject).toBe(false);
  });

  it('takes no letter date that lies after the letter came, but today in the zone of the agency', () => {
    expect(takeOver(entry, found('ลงวันที่ 14 ธันวาคม 2569'), MORNING_IN_BANGKOK).facts.letterDate).toBeUndefined();
    expect(takeOver(entry, found('ลงวันที่ 23 พฤศจิกายน 2569'), MORNING_IN_BANGKOK).facts.letterDate).toBe('2026-11-23');
  });

  it('never touches what an officer settled', () => {
    const settled = { ...entry, settled: ['letterNumber'] };
    expect(takeOver(settled, found('ที่ มท 0808.2/ว 1590'), MORNING_IN_BANGKOK).facts.letterNumber).toBeUndefined();
  });

  it('marks what it fills as a guess, and replaces its own guess of an earlier reading', () => {
    const { guesses } = takeOver(entry, found('ที่ มท 0808.2/ว 1590'), MORNING_IN_BANGKOK);
    expect(guesses.letterNumber).toMatchObject({ source: 'body' });
    const before = { ...entry, letterNumber: 'กก 1/1', guesses: { letterNumber: { source: 'body', certainty: 'guess' } } };
    expect(takeOver(before, found('ที่ มท 0808.2/ว 1590'), MORNING_IN_BANGKOK).facts.letterNumber).toBe('มท 0808.2/ว 1590');
    expect(takeOver({ ...before, guesses: {} }, found('ที่ มท 0808.2/ว 1590'), MORNING_IN_BANGKOK).facts.letterNumber).toBeUndefined();
  });

  it('only raises classes', () => {
    const classes = found('ลับมาก\nด่วนที่สุด\nเรื่อง ขอเชิญประชุม');
    expect(takeOver(entry, classes, MORNING_IN_BANGKOK).facts).toMatchObject({ secrecy: 'secret', urgency: 'most-urgent' });
    const high = { ...entry, secrecy: 'top-secret' as const, urgency: 'most-urgent' as const };
    expect(takeOver(high, classes, MORNING_IN_BANGKOK).facts).toEqual({});
  });

  it('takes no due date that had passed when the letter came', () => {
    const due = found('ขอให้ตอบภายในวันที่ 30 พฤศจิกายน 2569');
    expect(takeOver(entry, due, new Date('2026-11-30T03:00:00Z')).facts.dueOn).toBe('2026-11-30');
    expect(takeOver(entry, due, new Date('2026-12-01T03:00:00Z')).facts.dueOn).toBeUndefined();
  });
});

describe('counting attachments as a person does', () => {
  const part = (
    path: string,
    parent: string | null,
    role: 'body' | 'attachment' | 'inline' | 'container',
    contentType: string,
    size = 10,
  ) => ({ path, parent, role, contentType, size });

  it('files, and letters in the letter, but not what lies in those', () => {
    const parts = [
      part('1', null, 'body', 'text/plain'),
      part('2', null, 'attachment', 'application/pdf', 100),
      part('3', null, 'inline', 'image/png'),
      part('4', null, 'container', 'message/rfc822', 1_000),
      part('4.1', '4', 'body', 'text/plain'),
      part('4.2', '4', 'attachment', 'application/pdf', 50),
    ];
    expect(countAttachments(parts)).toEqual({ count: 2, bytes: 1_100 });
  });

  it('what comes out of a winmail.dat or of a text, not the container', () => {
    const parts = [
      part('1', null, 'body', 'text/plain'),
      part('1.1', '1', 'attachment', 'application/octet-stream', 5),
      part('2', null, 'container', 'application/ms-tnef', 1_000),
      part('2.1', '2', 'attachment', 'application/pdf', 100),
    ];
    expect(countAttachments(parts)).toEqual({ count: 2, bytes: 105 });
  });

  it('a part that names a parent that is not listed, or itself, is counted all the same', () => {
    expect(countAttachments([part('2', '9', 'attachment', 'x/y')])).toEqual({ count: 1, bytes: 10 });
  });
});
