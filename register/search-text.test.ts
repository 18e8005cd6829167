import { describe, expect, it } from 'vitest';
import { searchPattern, searchText } from './search-text.ts';

const nothing = { subjects: [], letterNumber: '', sender: [], addressee: '', remark: '', attachmentNames: [], body: '', documents: [] };

describe('the folded copy', () => {
  it('holds every part, folded, each short one once', () => {
    const text = searchText({
      ...nothing,
      subjects: ['เรื่อง ๑๒', 'เรื่อง ๑๒'],
      sender: ['Somchai'],
      attachmentNames: ['A.PDF'],
      body: 'Body',
      documents: ['Text\u0000'],
    });
    expect(text.match(/12/g)).toHaveLength(1);
    for (const part of ['somchai', 'a.pdf', 'body', 'text']) expect(text).toContain(part);
  });

  it('is cut at 200,000 bytes between characters, and keeps the short parts', () => {
    const text = searchText({ ...nothing, subjects: ['subject'], body: 'ก'.repeat(300_000), documents: ['lost'] });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(200_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(199_990);
    expect(text.startsWith('subject')).toBe(true);
    expect(text).not.toContain('\ufffd');
  });
});

describe('a query', () => {
  it.each([
    ['50%', '%50\\%%'],
    ['a_b', '%a\\_b%'],
    ['\\', '%\\\\%'],
    ['  ', '%'],
    ['', '%'],
    ['\u200b', '%'],
    ['ที่ ๑๒', '%ที 12%'],
  ])('%j is literal', (query, pattern) => {
    expect(searchPattern(query)).toBe(pattern);
  });
});
