import { describe, expect, it } from 'vitest';
import { envelopeOf, UNKNOWN_SENDER } from './envelope.ts';

const CENTRAL = 'saraban@tambon.go.th';
const read = (...lines: string[]) => envelopeOf(Buffer.from(`${lines.join('\r\n')}\r\n`), CENTRAL);

describe('the sender', () => {
  it('is the topmost return path, not one that the sender wrote below it', () => {
    expect(read('Return-Path: <a@b.example>', 'Received: by mx', 'Return-Path: <victim@c.example>', 'From: d@e.example').from).toBe(
      'a@b.example',
    );
    expect(read('Return-Path: bare@b.example', 'From: d@e.example').from).toBe('bare@b.example');
  });
  it('is nobody where the return path is null: a bounce stays a notice', () => {
    expect(read('Return-Path: <>', 'From: MAILER-DAEMON@b.example').from).toBe('');
    expect(read('Return-Path:  < > ', 'From: MAILER-DAEMON@b.example').from).toBe('');
  });
  it('is whoever From names where the server wrote no return path, or one that cannot be read; and never nobody', () => {
    expect(read('From: "สมศรี" <d@e.example>').from).toBe('d@e.example');
    expect(read('Return-Path: <two words>', 'From: d@e.example').from).toBe('d@e.example');
    expect(read('Subject: no sender at all').from).toBe(UNKNOWN_SENDER);
    expect(read('').from).toBe(UNKNOWN_SENDER);
  });
});

describe('the recipient', () => {
  it('is the central address, with the tag it was delivered to', () => {
    expect(read('Delivered-To: saraban@tambon.go.th').to).toBe(CENTRAL);
    expect(read('Delivered-To: <Saraban+Finance@Tambon.go.th>', 'To: saraban+works@tambon.go.th').to).toBe('saraban+finance@tambon.go.th');
    expect(read('X-Original-To: saraban+r-abc@tambon.go.th').to).toBe('saraban+r-abc@tambon.go.th');
    expect(read('To: x@y.example, "งาน" <saraban+works@tambon.go.th>').to).toBe('saraban+works@tambon.go.th');
  });
  it('is the central address whatever else the mail says', () => {
    expect(read('Delivered-To: other@tambon.go.th', 'To: list@elsewhere.example').to).toBe(CENTRAL);
    expect(read('Delivered-To: saraban+x@tambon.go.th.evil.example').to).toBe(CENTRAL);
    expect(read('garbage').to).toBe(CENTRAL);
  });
});
