import { expect, it } from 'vitest';
import type { Visit } from '../visit.ts';
import { subjectOf } from './entry-words.ts';

const visit = { text: { register: { noSubject: '(ไม่มีเรื่อง)' } } } as unknown as Visit;

it.each([
  ['ด่วนที่สุด การจัดสรรเงิน', 'most-urgent', 'การจัดสรรเงิน'],
  ['[ด่วน] ขอเชิญประชุม', 'urgent', 'ขอเชิญประชุม'],
  ['ด่วนมาก: ขอข้อมูล', 'very-urgent', 'ขอข้อมูล'],
  ['ด่วนขอเชิญประชุม', 'urgent', 'ด่วนขอเชิญประชุม'],
  ['ด่วน ขอเชิญประชุม', 'normal', 'ด่วน ขอเชิญประชุม'],
  ['ด่วนที่สุด', 'most-urgent', 'ด่วนที่สุด'],
  ['ทางด่วน สายใหม่', 'urgent', 'ทางด่วน สายใหม่'],
  ['', 'urgent', '(ไม่มีเรื่อง)'],
])('shows %j of class %s as %j', (subject, urgency, shown) => {
  expect(subjectOf(visit, subject, urgency)).toBe(shown);
});
