import { describe, expect, it } from 'vitest';
import { Checks, isDay, isId } from './checks.ts';

describe('days', () => {
  it.each(['2026-11-22', '2024-02-29', '1800-01-01', '2399-12-31'])('%s is one', day => expect(isDay(day)).toBe(true));
  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2569-11-22', '26-11-22', '2026-1-2', '2026-11-22T00:00', '', null, 7, '๒๐๒๖-๑๑-๒๒'])(
    '%j is none',
    day => expect(isDay(day)).toBe(false),
  );
});

describe('ids', () => {
  it.each(['0193a0a0-0000-7000-8000-000000000000', '0193A0A0-0000-7000-8000-00000000000F'])('%s is one', id => expect(isId(id)).toBe(true));
  it.each(['', 'x', '0193a0a0', '{0193a0a0-0000-7000-8000-000000000000}', '0193a0a0000070008000000000000000', null, {}, 5])(
    '%j is none',
    id => expect(isId(id)).toBe(false),
  );
});

describe('texts', () => {
  it('are trimmed to one line, or keep their lines', () => {
    const checks = new Checks();
    expect(checks.text('a', '  x \r\n y ', { most: 10 })).toBe('x y');
    expect(checks.text('a', '  x \r\n y ', { most: 10, lines: true })).toBe('x \n y');
    expect(checks.invalid).toBeNull();
  });

  it('are measured in characters, not in code units', () => {
    const checks = new Checks();
    checks.text('a', '😀'.repeat(10), { most: 10 });
    expect(checks.invalid).toBeNull();
    checks.text('a', '😀'.repeat(11), { most: 10 });
    expect(checks.invalid).toMatchObject({ outcome: 'invalid', faults: [{ field: 'a' }] });
  });

  it.each(['a@b', 'a@b@c.example', 'a b@c.example', '<a@b.example>', 'a@b.example\r\nBcc: x@y'])('%j: a mail address, or a fault', text => {
    const checks = new Checks();
    checks.email('e', text);
    expect(checks.invalid === null).toBe(text === 'a@b');
  });
});
