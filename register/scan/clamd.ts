/**
 * ClamAV's daemon over its INSTREAM command (clamd(8)): the bytes go out in pieces, each behind its length in four bytes, network order; a length of zero ends
 * them; one line comes back. Called by scan-message.ts. Never rejects: a scanner that is away is an answer too.
 */
import { connect } from 'node:net';

export type ClamdAddress = { host: string; port: number } | { path: string };

export type Scanned =
  | { outcome: 'clean' }
  | { outcome: 'infected'; name: string }
  /** `again`: a later try may tell more; not so for a letter that is larger than the scanner takes. */
  | { outcome: 'not-scanned'; why: string; again: boolean };

const LONGEST_ANSWER = 4_096;

/** @param timeoutMs - without a byte passing in either direction; the scan itself is such a pause */
export function scanStream(address: ClamdAddress, bytes: AsyncIterable<Buffer>, timeoutMs: number): Promise<Scanned> {
  return new Promise(resolve => {
    const socket = connect({ ...address, allowHalfOpen: true });
    let answer = '';
    let trouble = '';
    socket.setTimeout(timeoutMs, () => {
      trouble = `no answer within ${timeoutMs} ms`;
      socket.destroy();
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.includes('\0') || answer.length > LONGEST_ANSWER) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    // A scanner that has seen enough answers and closes while we still write: then the answer counts, and not the broken pipe.
    socket.on('error', error => {
      trouble ||= error.message;
    });
    socket.on('close', () => resolve(verdict(answer, trouble)));
    socket.on('connect', () => {
      send(socket, bytes).catch((error: unknown) => {
        trouble ||= error instanceof Error ? error.message : String(error);
        socket.destroy();
      });
    });
  });
}

async function send(socket: ReturnType<typeof connect>, bytes: AsyncIterable<Buffer>): Promise<void> {
  socket.write('zINSTREAM\0');
  for await (const piece of bytes) {
    if (socket.destroyed) return;
    if (piece.length === 0) continue;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    socket.write(length);
    if (!socket.write(piece)) await drained(socket);
  }
  if (!socket.destroyed) socket.write(Buffer.alloc(4));
}

function drained(socket: ReturnType<typeof connect>): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}

/** 'stream: OK', 'stream: Eicar-Test-Signature FOUND', 'INSTREAM size limit exceeded. ERROR'. Anything else is no verdict. */
function verdict(answer: string, trouble: string): Scanned {
  const line = answer.split('\0')[0]?.trim() ?? '';
  const found = /^stream: (.+) FOUND$/.exec(line)?.[1];
  if (found !== undefined) return { outcome: 'infected', name: found.slice(0, 200) };
  // Only a whole answer says that all was looked at.
  if (line === 'stream: OK' && answer.includes('\0')) return { outcome: 'clean' };
  const why = (line || trouble || 'closed without an answer').slice(0, 200);
  return { outcome: 'not-scanned', why, again: !/size limit exceeded/i.test(line) };
}
