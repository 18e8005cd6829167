import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type ZipEntry, zipOf, zipSize } from './zip.ts';

const entry = (name: string, text: string): ZipEntry => {
  const bytes = Buffer.from(text);
  return { name, size: bytes.length, at: new Date('2026-11-22T10:00:00Z'), read: async () => bytes };
};

async function whole(entries: ZipEntry[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of zipOf(entries)) parts.push(part);
  return Buffer.concat(parts);
}

describe('a ZIP made on the way', () => {
  it.each([
    ['several files', [entry('day.json', '{"a":1}'), entry('โฟลเดอร์/ทะเบียน.pdf', '%PDF'), entry('empty', '')]],
    ['no file', []],
  ])('holds %s, and is as long as was said', async (_, entries) => {
    const zip = await whole(entries);
    expect(zip.length).toBe(zipSize(entries));
    const found = Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
    expect(found).toEqual(
      Object.fromEntries(await Promise.all(entries.map(async one => [one.name, Buffer.from(await one.read()).toString()]))),
    );
  });

  it('breaks off rather than hand out a file of another length', async () => {
    await expect(whole([{ ...entry('a', 'abc'), size: 4 }])).rejects.toThrow('a has 3 bytes, not 4');
  });

  it.each(['', '/etc/passwd', '../a', 'a/../../b', 'a\\b'])('refuses the name %j', async name => {
    await expect(whole([entry(name, 'x')])).rejects.toThrow('no name for a file');
  });

  it('refuses what its sizes cannot say', async () => {
    await expect(whole([{ ...entry('big', ''), size: 2 ** 32 }])).rejects.toThrow('64-bit');
  });
});
