import { describe, expect, it } from 'vitest';
import { csvLine, timeText } from './register-csv.ts';

describe('a line of the register as CSV', () => {
  it('quotes what needs it, and doubles quotes', () => {
    expect(csvLine(['1', 'ขอเชิญ, ประชุม', 'he said "no"', 'two\nlines', ''])).toBe('1,"ขอเชิญ, ประชุม","he said ""no""","two\nlines",\r\n');
  });

  it.each(['=1+1', '+66', '-1', '@SUM(A1)', ' =1', '\t=1', '\u00a0=1', '\ufeff=1', '＝1+1', '|cmd', '%0', '\tx', '\rx'])(
    'keeps %j text in a spreadsheet',
    cell => {
      expect(csvLine([cell]).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it('leaves ordinary text alone', () => {
    expect(csvLine(['มท 0808.2/ว 1590', '2-3', 'a=b'])).toBe('มท 0808.2/ว 1590,2-3,a=b\r\n');
  });
});

describe('times of the register', () => {
  it('are in the zone and era of the agency', () => {
    const at = new Date('2026-12-31T17:00:00.123Z');
    expect(timeText(at, { timeZone: 'Asia/Bangkok', calendar: 'buddhist' })).toBe('1/1/2570 00:00:00');
    expect(timeText(at, { timeZone: 'UTC', calendar: 'gregory' })).toBe('31/12/2026 17:00:00');
  });
});
