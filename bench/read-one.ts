/**
 * A process of its own for one parser and one letter: reads the same file again and again for a while and prints its rate and its memory at the highest.
 * `node read-one.ts saraban|mailparser FILE SECONDS`. Started by read.ts; each parser is loaded only where it is measured.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';

export interface ReadFigure {
  lettersASecond: number;
  /** Resident memory at its highest since the process began, in MiB. */
  peakMiB: number;
  /** Decoded bytes of the attachments, so that both can be seen to have done the whole work. */
  bytes: number;
}

// As the reading thread opens its files.
const CHUNK = 256 * 1024;

/** The process's own high-water mark. The kernel's other figure, ru_maxrss, begins with that of the process which started this one. */
function peakMiB(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;
  } catch {
    return process.resourceUsage().maxRSS / 1_024;
  }
}

type ReadOnce = (file: string) => Promise<number>;

/** Ours: every part is decoded and hashed as the register does it, and kept nowhere, for the disk is not what is measured. */
async function saraban(): Promise<ReadOnce> {
  const { DEFAULT_LIMITS, readMessage } = await import('../register/letter/read-message.ts');
  return async file => {
    const openPart = () => {
      const hash = createHash('sha256');
      let size = 0;
      return {
        write(chunk: Uint8Array) {
          hash.update(chunk);
          size += chunk.length;
        },
        end: () => ({ sha256: hash.digest('hex'), size }),
      };
    };
    const source = createReadStream(file, { highWaterMark: CHUNK });
    const message = await readMessage(source, { fallbackCharset: 'windows-874', limits: DEFAULT_LIMITS, openPart });
    return message.parts.filter(part => part.role === 'attachment').reduce((sum, part) => sum + part.size, 0);
  };
}

/** The peer at its leanest: its streaming interface, attachments hashed by the same algorithm and let go. */
async function mailparser(): Promise<ReadOnce> {
  const { MailParser } = await import('mailparser');
  return file =>
    new Promise((resolve, reject) => {
      let bytes = 0;
      const parser = new MailParser({ checksumAlgo: 'sha256' });
      parser.on('data', data => {
        if (data.type !== 'attachment') return;
        data.content?.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        data.content?.on('end', () => data.release?.());
      });
      parser.on('end', () => resolve(bytes));
      parser.on('error', reject);
      createReadStream(file, { highWaterMark: CHUNK }).on('error', reject).pipe(parser);
    });
}

const [name = '', file = '', seconds = ''] = process.argv.slice(2);
const read = name === 'saraban' ? await saraban() : await mailparser();
const limit = Number(seconds) * 1_000;
// What the engine learns in the first rounds both learn; a process that reads letters all day is past that.
const warmUntil = performance.now() + limit / 3;
let bytes = await read(file);
while (performance.now() < warmUntil) bytes = await read(file);
const began = performance.now();
let letters = 0;
do {
  bytes = await read(file);
  letters++;
} while (performance.now() - began < limit);
const elapsed = (performance.now() - began) / 1_000;
const figure: ReadFigure = { lettersASecond: letters / elapsed, peakMiB: peakMiB(), bytes };
console.log(JSON.stringify(figure));
