/** For tests: a small tar in memory, by name. */
import { readTar } from '../tar.ts';

export async function collectTar(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  async function* once() {
    yield bytes;
  }
  for await (const entry of readTar(once())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry.bytes) chunks.push(chunk);
    files.set(entry.path, Buffer.concat(chunks));
  }
  return files;
}
