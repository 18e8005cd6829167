import { describe, expect, it } from 'vitest';
import type { LetterFacts } from './letter/facts.ts';
import { findFacts } from './letter/facts.ts';
import { saysNothing, takeOver } from './read-facts.ts';

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
});
