/** What the tests of the free-text readers share: a report's words in, the judged recipients out, through the letter reader. */
import { expect } from 'vitest';
import { parseNotice } from '../parse.ts';
import { messageOf } from '../test-message.ts';

/** address, status, reason, hard. */
export type ExpectedRecipient = [address: string | null, status: string | null, reason: string, hard: boolean | null];
/** `fields` are further header lines of the report. */
export type SystemCase = [
  name: string,
  subject: string,
  body: string,
  expected: { kind?: string; all: ExpectedRecipient[]; id?: string },
  fields?: string,
];

/** The head of our mail, as systems copy it beneath their words. */
export const copy = `
Return-Path: <saraban+r-abc123@agency.go.th>
Received: from mx.agency.go.th by mx.example.net; Mon, 2 Nov 2026 10:00:00 +0700
Message-ID: <orig-1@agency.go.th>
From: saraban@agency.go.th
To: somchai@example.net
Subject: ที่ นว 71001/123

`;

/** Reads one case and compares everything it expects. */
export async function trySystem(_name: string, subject: string, body: string, expected: SystemCase[3], fields = ''): Promise<void> {
  const source = `From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: saraban+r-abc123@agency.go.th\nSubject: ${subject}\n${fields}\n${body}`;
  const read = await messageOf(source);
  const notice = await parseNotice({ ...read, envelopeFrom: '', envelopeTo: ['saraban+r-abc123@agency.go.th'], now: new Date(0) });
  expect(notice.recipients.map(r => [r.address, r.status, r.reason, r.hard])).toEqual(expected.all);
  expect(notice.kind).toBe(expected.kind ?? 'bounce');
  expect(notice.original.token).toBe('abc123');
  if (expected.id) expect(notice.original.messageId).toBe(expected.id);
}
