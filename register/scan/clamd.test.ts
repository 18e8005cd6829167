import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { scanStream } from './clamd.ts';
import { type FakeClamd, startFakeClamd } from './fake-clamd.ts';

let clamd: FakeClamd;

beforeAll(async () => {
  clamd = await startFakeClamd();
});
beforeEach(() => {
  clamd.behave('scans');
  clamd.streams.length = 0;
});
afterAll(() => clamd.close());

async function* pieces(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}
const scan = (bytes: AsyncIterable<Buffer>, timeoutMs = 5_000) => scanStream({ host: '127.0.0.1', port: clamd.port }, bytes, timeoutMs);

it('sends every byte, and only those', async () => {
  const large = Buffer.alloc(3_000_000, 'x');
  expect(await scan(pieces('Subject: x\r\n', '', '\0\r\n.\r\n', large))).toEqual({ outcome: 'clean' });
  expect(clamd.streams[0]?.equals(Buffer.concat([Buffer.from('Subject: x\r\n\0\r\n.\r\n'), large]))).toBe(true);
  expect(await scan(pieces())).toEqual({ outcome: 'clean' });
});

it('names what was found, over the border of two pieces too', async () => {
  expect(await scan(pieces('a VI', 'RUS b'))).toEqual({ outcome: 'infected', name: 'Test.Virus-1' });
});

it('is no verdict, and worth another try, when the scanner is away, silent, or says what nobody understands', async () => {
  clamd.behave('silent');
  expect(await scan(pieces('x'), 50)).toEqual({ outcome: 'not-scanned', why: 'no answer within 50 ms', again: true });
  clamd.behave('hangs-up');
  expect(await scan(pieces('x'))).toMatchObject({ outcome: 'not-scanned', again: true });
  clamd.behave('babbles');
  expect(await scan(pieces('x'))).toEqual({ outcome: 'not-scanned', why: 'what?', again: true });
  clamd.behave('half-an-answer');
  expect(await scan(pieces('x'))).toMatchObject({ outcome: 'not-scanned', again: true });
  expect(await scanStream({ path: '/nowhere/clamd.sock' }, pieces('x'), 1_000)).toMatchObject({ outcome: 'not-scanned', again: true });
});

it('is no verdict, and not worth another try, when the letter is larger than the scanner takes', async () => {
  clamd.behave('limits');
  const endless = async function* () {
    for (let count = 0; count < 200; count++) yield Buffer.alloc(100_000);
  };
  expect(await scan(endless())).toEqual({ outcome: 'not-scanned', why: 'INSTREAM size limit exceeded. ERROR', again: false });
});

it('gives no verdict on a letter that cannot be read from the store', async () => {
  const broken = async function* () {
    yield Buffer.from('x');
    throw new Error('disk');
  };
  expect(await scan(broken())).toEqual({ outcome: 'not-scanned', why: 'disk', again: true });
});
