/** For tests: a server that speaks INSTREAM as clamd does, finds the word VIRUS, and misbehaves on demand. */
import { createServer, type Socket } from 'node:net';

export type Behaviour = 'scans' | 'silent' | 'hangs-up' | 'limits' | 'babbles' | 'half-an-answer';

export interface FakeClamd {
  port: number;
  /** Bytes of each stream that was sent to its end. */
  streams: Buffer[];
  behave(how: Behaviour): void;
  close(): Promise<void>;
}

export async function startFakeClamd(): Promise<FakeClamd> {
  const streams: Buffer[] = [];
  const sockets = new Set<Socket>();
  let how: Behaviour = 'scans';
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (how === 'hangs-up') {
      socket.destroy();
      return;
    }
    let waiting = Buffer.alloc(0);
    socket.on('data', chunk => {
      waiting = Buffer.concat([waiting, chunk]);
      if (how === 'silent') return;
      if (how === 'limits') {
        socket.end('INSTREAM size limit exceeded. ERROR\0');
        return;
      }
      const stream = wholeStream(waiting);
      if (stream === null) return;
      streams.push(stream);
      if (how === 'babbles') socket.end('what?\0');
      else if (how === 'half-an-answer') socket.end('stream: OK');
      else socket.end(stream.includes('VIRUS') ? 'stream: Test.Virus-1 FOUND\0' : 'stream: OK\0');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    streams,
    behave: next => {
      how = next;
    },
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The bytes of one INSTREAM, null before the length of zero; throws on what clamd would refuse. */
function wholeStream(bytes: Buffer): Buffer | null {
  const command = 'zINSTREAM\0';
  if (bytes.length < command.length) return null;
  if (bytes.toString('latin1', 0, command.length) !== command) throw new Error('not INSTREAM');
  const pieces: Buffer[] = [];
  for (let at = command.length; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length === 0) return Buffer.concat(pieces);
    if (at + length > bytes.length) return null;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return null;
}
