/**
 * Step 2 of the path: DATA streams to disk, hashed on the way. The file lies in the blob store's `incoming` folder until it is adopted under its hash;
 * only then may receive.ts hand the letter to the register (I1). Whatever goes wrong, no half file stays behind; after a crash the sweep takes it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadingNote } from '../../register/letter/message.ts';
import { type Store, storeFailure } from '../../register/store/folder.ts';

export interface Spooled {
  /** Hex. */
  sha256: string;
  size: number;
  /** The head with its blank line, and little more; at most HEAD_BYTES. */
  start: Buffer;
  /** What was odd about the bytes: bare line feeds or carriage returns (RFC 5321 2.3.8), NUL. */
  notes: ReadingNote[];
}

export type SpoolOutcome = { outcome: 'spooled'; spooled: Spooled } | { outcome: 'too-large' } | { outcome: 'broken-off' };

const HEAD_BYTES = 1024 * 1024 + 64 * 1024;
// One write a quarter megabyte: small letters cost one write, large ones few, and a connection holds no more than this.
const WRITE_BYTES = 256 * 1024;

/**
 * Reads `stream` to its end and stores it.
 * @param limit - bytes; a longer letter is read to its end but not kept
 * @throws Failure `disk-full` or `store-unwritable` (temporary)
 */
export async function spool(store: Store, stream: AsyncIterable<Buffer>, limit: number): Promise<SpoolOutcome> {
  const file = new SpoolFile(join(store.incoming, randomUUID()));
  const hash = createHash('sha256');
  const lines = new LineEndings();
  const start = new Start();
  let size = 0;
  let failure: unknown = null;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      // The rest of a letter that can't be kept is read and dropped: a client in the middle of DATA hears no reply before its final dot.
      if (size > limit || failure !== null) continue;
      hash.update(chunk);
      lines.look(chunk);
      start.take(chunk);
      try {
        await file.write(chunk);
      } catch (error) {
        failure = error;
      }
    }
  } catch {
    await file.drop();
    return { outcome: 'broken-off' };
  }
  try {
    if (failure !== null) throw failure;
    if (size > limit) {
      await file.drop();
      return { outcome: 'too-large' };
    }
    const sha256 = hash.digest('hex');
    await file.finish();
    await store.adopt(file.path, sha256, { synced: true });
    return { outcome: 'spooled', spooled: { sha256, size, start: start.bytes(), notes: lines.notes() } };
  } catch (error) {
    await file.drop();
    throw storeFailure(error, store.incoming);
  }
}

/** Opened at the first write, so that a connection that sends nothing makes no file. */
class SpoolFile {
  readonly path: string;
  private handle: FileHandle | null = null;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  async write(chunk: Buffer): Promise<void> {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= WRITE_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    this.handle ??= await open(this.path, 'wx', 0o600);
    const chunks = this.waiting;
    let left = this.waitingBytes;
    this.waiting = [];
    this.waitingBytes = 0;
    while (left > 0) {
      const { bytesWritten } = await this.handle.writev(chunks);
      left -= bytesWritten;
      if (left > 0) dropWritten(chunks, bytesWritten);
    }
  }

  /** Writes what waits and makes it survive a power cut. */
  async finish(): Promise<void> {
    await this.flush();
    await this.handle?.datasync();
    await this.handle?.close();
    this.handle = null;
  }

  async drop(): Promise<void> {
    await this.handle?.close().catch(() => {});
    this.handle = null;
    await unlink(this.path).catch(() => {});
  }
}

/** Takes what a short write has written off the front. */
function dropWritten(chunks: Buffer[], written: number): void {
  let rest = written;
  while (chunks[0] !== undefined && rest >= chunks[0].length) rest -= chunks.shift()?.length ?? 0;
  if (chunks[0] !== undefined) chunks[0] = chunks[0].subarray(rest);
}

/** Keeps the first bytes until the blank line after the head has come: a connection must not hold a megabyte of every large letter. */
class Start {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private whole = false;
  /** The last bytes taken, for a blank line that lies across two chunks. */
  private tail = '';

  take(chunk: Buffer): void {
    if (this.whole) return;
    const kept = chunk.subarray(0, HEAD_BYTES - this.size);
    this.chunks.push(kept);
    this.size += kept.length;
    const text = this.tail + kept.toString('latin1');
    this.whole = this.size >= HEAD_BYTES || /\n\r?\n|\r\r|^\r?\n/.test(text);
    this.tail = text.slice(-3);
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

const CR = 13;
const LF = 10;

/** Looks for line endings that RFC 5321 forbids. The bytes are kept as they came; the entry carries a note. */
class LineEndings {
  private bareLf = 0;
  private bareCr = 0;
  private nul = 0;
  private last = 0;

  look(chunk: Buffer): void {
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) {
      if ((at === 0 ? this.last : chunk[at - 1]) !== CR) this.bareLf++;
    }
    if (this.last === CR && chunk[0] !== LF) this.bareCr++;
    for (let at = chunk.indexOf(CR); at !== -1 && at < chunk.length - 1; at = chunk.indexOf(CR, at + 1)) {
      if (chunk[at + 1] !== LF) this.bareCr++;
    }
    if (chunk.includes(0)) this.nul++;
    this.last = chunk[chunk.length - 1] ?? this.last;
  }

  notes(): ReadingNote[] {
    if (this.last === CR) this.bareCr++;
    const notes: ReadingNote[] = [];
    if (this.bareLf > 0) notes.push({ code: 'bare-lf', detail: `${this.bareLf} lines end with LF alone` });
    if (this.bareCr > 0) notes.push({ code: 'bare-cr', detail: `${this.bareCr} carriage returns stand alone` });
    if (this.nul > 0) notes.push({ code: 'nul', detail: 'holds NUL bytes' });
    return notes;
  }
}
