/** For tests: a small tar in memory, by name. */
import { buffer } from 'node:stream/consumers';
import { readTar } from './tar.ts';

export async function collectTar(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  async function* once() {
    yield bytes;
  }
  for await (const entry of readTar(once())) {
    files.set(entry.path, await buffer(entry.bytes));
  }
  return files;
}
