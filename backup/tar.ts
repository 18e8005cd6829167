/**
 * The door to tar-stream: tar as POSIX.1-2001 (pax) writes it, which `tar` of every system reads. One file after the other, in both directions:
 * memory does not grow with the archive. Packs, nights, exports of agencies and yearly volumes go through here.
 */
import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';

export interface TarFile {
  /** With '/' between folders, not beginning with one. */
  path: string;
  /** Bytes; must be known before the first of them is written, for the format says it first. */
  size: number;
  /** E.g. 0o600; 0o644 when not said. */
  mode?: number;
  /** The epoch when not said: the same files give the same archive. */
  mtime?: Date;
}

export interface TarWriter {
  /** The archive. Read it while `add` is called: it holds back the writer when the reader is slow. */
  readonly stream: Readable;
  /** Writes one file; resolves when its last byte was taken. @throws Error when `bytes` brings more or fewer than `file.size` */
  add(file: TarFile, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes the end of the archive. */
  finish(): void;
  /** Ends the stream with an error: a reader must not take what there is for the whole. */
  fail(error: Error): void;
}

export function writeTar(): TarWriter {
  const archive = pack();
  // What breaks an archive is told by `add` or by the reader of `stream`; nobody needs to hear it a third time.
  archive.on('error', () => {});
  return {
    stream: Readable.from(archive as AsyncIterable<Buffer>, { objectMode: false }),
    async add(file, bytes) {
      const source = bytes instanceof Uint8Array ? [bytes] : bytes;
      await new Promise<void>((resolve, reject) => {
        const header = { name: file.path, size: file.size, mode: file.mode ?? 0o644, mtime: file.mtime ?? new Date(0) };
        const sink = archive.entry(header, error => (error ? reject(error) : resolve()));
        sink.on('error', reject);
        (async () => {
          let left = file.size;
          for await (const chunk of source) {
            left -= chunk.byteLength;
            if (left < 0) throw new Error(`${file.path} has more than the ${file.size} bytes it was announced with`);
            if (chunk.byteLength > 0 && !sink.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) await drained(sink);
          }
          if (left > 0) throw new Error(`${file.path} ends ${left} bytes early`);
          sink.end(null);
        })().catch(error => {
          sink.destroy(error instanceof Error ? error : new Error(String(error)));
          reject(error);
        });
      });
    },
    finish: () => archive.finalize(),
    fail: error => archive.destroy(error),
  };
}

type Sink = ReturnType<ReturnType<typeof pack>['entry']>;

async function drained(sink: Sink): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      sink.off('drain', done);
      sink.off('close', closed);
      resolve();
    };
    const closed = () => reject(new Error('the archive was closed'));
    sink.on('drain', done);
    sink.on('close', closed);
  });
}

export interface TarEntry {
  path: string;
  size: number;
  mode: number;
  /** Only files are given; everything else stands as its type, with no bytes. */
  type: 'file' | 'other';
  /** Whatever of it is not read is skipped when the next entry is asked for. */
  bytes: AsyncIterable<Buffer>;
}

/**
 * The entries of an archive, one after the other.
 * @throws whatever `source` throws; Error when it is no tar, or ends early
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const archive = extract();
  const input = Readable.from(source, { objectMode: false });
  // A plain pipe does not hand an error on.
  input.on('error', error => archive.destroy(error));
  input.pipe(archive as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of archive) {
      const { name, size, mode, type } = entry.header;
      const isFile = type === 'file' || type === 'contiguous-file';
      yield { path: name, size: size ?? 0, mode: mode ?? 0o644, type: isFile ? 'file' : 'other', bytes: entry as AsyncIterable<Buffer> };
      entry.resume();
    }
  } finally {
    input.destroy();
    archive.destroy();
  }
}
