import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTar, type TarFile, writeTar } from './tar.ts';

const run = promisify(execFile);
const LONG = `letters/${'ก'.repeat(60)}/${'ข'.repeat(70)}.pdf`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-tar-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* big(bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0; left -= 60_000) yield Buffer.alloc(Math.min(left, 60_000), 'x');
}

async function archiveOf(files: [TarFile, Uint8Array | AsyncIterable<Uint8Array>][]): Promise<Buffer> {
  const tar = writeTar();
  const written = (async () => {
    for (const [file, bytes] of files) await tar.add(file, bytes);
    tar.finish();
  })();
  const chunks: Buffer[] = [];
  for await (const chunk of tar.stream) chunks.push(chunk as Buffer);
  await written;
  return Buffer.concat(chunks);
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function filesOf(bytes: Buffer, chunk = 1000): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for await (const entry of readTar(inChunks(bytes, chunk))) {
    let size = 0;
    for await (const part of entry.bytes) size += part.length;
    found.push([entry.path, size]);
  }
  return found;
}

describe('tar', () => {
  it('goes out and comes back, long Thai names, empty and big files too', async () => {
    const bytes = await archiveOf([
      [{ path: 'a.txt', size: 5 }, Buffer.from('hello')],
      [{ path: 'empty', size: 0 }, Buffer.alloc(0)],
      [{ path: LONG, size: 1_000_001 }, big(1_000_001)],
    ]);
    expect(await filesOf(bytes)).toEqual([
      ['a.txt', 5],
      ['empty', 0],
      [LONG, 1_000_001],
    ]);
  });

  it('is unpacked by the tar of the system', async () => {
    const file = join(folder, 'x.tar');
    await writeFile(file, await archiveOf([[{ path: LONG, size: 5 }, Buffer.from('hello')]]));
    await run('tar', ['-xf', file, '-C', folder]);
    expect(await readFile(join(folder, LONG), 'utf8')).toBe('hello');
  });

  it('skips what is not read', async () => {
    const bytes = await archiveOf([
      [{ path: 'a', size: 1_000_000 }, big(1_000_000)],
      [{ path: 'b', size: 1 }, Buffer.from('b')],
    ]);
    const paths: string[] = [];
    for await (const entry of readTar(inChunks(bytes, 10_000))) paths.push(entry.path);
    expect(paths).toEqual(['a', 'b']);
  });

  it.each([4, 6])('a file announced with %d of 5 bytes is an error, for the writer and for the reader of the archive', async size => {
    const tar = writeTar();
    const read = (async () => {
      for await (const _ of tar.stream);
    })();
    await expect(Promise.all([tar.add({ path: 'a', size }, Buffer.from('hello')), read])).rejects.toThrow();
  });

  it('a source that fails ends the archive with its error', async () => {
    const tar = writeTar();
    const read = (async () => {
      for await (const _ of tar.stream);
    })();
    const failing = (async function* () {
      yield Buffer.from('he');
      throw new Error('the disk is gone');
    })();
    await expect(tar.add({ path: 'a', size: 5 }, failing)).rejects.toThrow('the disk is gone');
    await expect(read).rejects.toThrow('the disk is gone');
  });

  it('an archive cut short is an error', async () => {
    const bytes = await archiveOf([[{ path: 'a', size: 100_000 }, big(100_000)]]);
    await expect(filesOf(bytes.subarray(0, 50_000))).rejects.toThrow();
  });

  it('what is no tar is an error', async () => {
    await expect(filesOf(Buffer.alloc(2048, 'z'))).rejects.toThrow();
  });
});
