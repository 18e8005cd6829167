import { describe, expect, test } from 'vitest';
import { classifySubject } from './classification.ts';
import { classify } from './facts.ts';

describe('secrecy in a subject', () => {
  test.each([
    ['ลับที่สุด เรื่อง แผนป้องกัน', 'top-secret'],
    ['[ลับที่สุด] แผน', 'top-secret'],
    ['แผน (ลับที่สุด)', 'top-secret'],
    ['ลับที่สุดแผนป้องกัน', 'top-secret'],
    ['ลับ ที่สุด', 'top-secret'],
    ['ลับที่ สุด', 'top-secret'],
    ['ลับท\u0e48\u0e35สุด', 'top-secret'],
    ['ลับ\u200bที่\u200bสุด', 'top-secret'],
    ['ลับทีสุด', 'top-secret'],
    ['ลับ\u00a0ที่สุด', 'top-secret'],
    ['ด่วนที่สุดลับที่สุด', 'top-secret'],
    ['Re: TOP SECRET plan', 'top-secret'],
    ['ลับ และ ลับที่สุด', 'top-secret'],
    ['ลับมาก ขอส่งรายงาน', 'secret'],
    ['ลับมากด่วนที่สุด', 'secret'],
    ['[SECRET] report', 'secret'],
    ['ลับ', 'confidential'],
    ['ลับ: รายงาน', 'confidential'],
    ['ด่วนมาก ลับ รายงาน', 'confidential'],
    ['ลับด่วนที่สุด', 'confidential'],
    ['ด่วนที่สุด/ลับ', 'confidential'],
    ['CONFIDENTIAL: report', 'confidential'],
    ['ส่งผู้เข้าอบรมกลับ', 'normal'],
    ['กลับ', 'normal'],
    ['สลับเวร หลับใน', 'normal'],
    ['มาตรการรักษาความลับของทางราชการ', 'normal'],
    ['อำเภอลับแล', 'normal'],
    ['ลับแล', 'normal'],
    ['ลับหลัง', 'normal'],
    ['ลับๆ', 'normal'],
    ['สถานที่ลับที่สุดในโลก', 'normal'],
    ['SECRET SANTA', 'normal'],
    ['TRADE SECRET law', 'normal'],
    ['', 'normal'],
  ] as const)('%s: %s', (subject, secrecy) => {
    expect(classifySubject(subject).secrecy).toBe(secrecy);
  });
});

describe('urgency in a subject', () => {
  test.each([
    ['ด่วนที่สุด ที่ มท 0201.2/ว 1590', 'most-urgent'],
    ['ด่วนที่สุดขอเชิญประชุม', 'most-urgent'],
    ['ด่วน ที่สุด', 'most-urgent'],
    ['(ด่วนที่สุด)', 'most-urgent'],
    ['ด่วนทีสุด', 'most-urgent'],
    ['ลับมากด่วนที่สุด', 'most-urgent'],
    ['ด่วนมาก', 'very-urgent'],
    ['ด่วนมากขอเชิญประชุม', 'very-urgent'],
    ['ด่วน', 'urgent'],
    ['ด่วน!', 'urgent'],
    ['ด่วนๆ ขอข้อมูล', 'urgent'],
    ['URGENT: meeting', 'urgent'],
    ['Urgent: meeting', 'urgent'],
    ['Re: ด่วน ขอข้อมูล', 'urgent'],
    ['โครงการทางด่วน', 'normal'],
    ['กรณีเร่งด่วน', 'normal'],
    ['ไม่ด่วน', 'normal'],
    ['รถด่วนพิเศษ', 'normal'],
    ['ด่วนพิเศษ', 'normal'],
    ['the urgent matter', 'normal'],
    ['', 'normal'],
  ] as const)('%s: %s', (subject, urgency) => {
    expect(classifySubject(subject).urgency).toBe(urgency);
  });
});

test('classify answers both at once, and hostile subjects stay fast', () => {
  expect(classify('ลับ ด่วนมาก รายงาน')).toEqual({ urgency: 'very-urgent', secrecy: 'confidential' });
  expect(classify(`${'ลับ '.repeat(100_000)}`)).toEqual({ urgency: 'normal', secrecy: 'confidential' });
  expect(classify('ด่วน'.repeat(100_000))).toEqual({ urgency: 'normal', secrecy: 'normal' });
});
