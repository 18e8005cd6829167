// The programs are stood in for by scripts: what is tested is what we do with whatever they do.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runLimited } from './limited-run.ts';
import { createRecogniser, RECOGNISER_LIMITS, withoutSpeckles } from './recogniser.ts';

let folder: string;
const FAR = Number.MAX_SAFE_INTEGER;
const LIMITS = { milliseconds: 20_000, memoryMb: 1024, fileMb: 1 };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saraban-ocr-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

function png(width: number, height: number): string {
  const bytes = Buffer.alloc(64);
  bytes.write('89504e470d0a1a0a0000000d49484452', 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  const file = join(folder, `${width}x${height}.png`);
  writeFileSync(file, bytes);
  return file;
}

function pdf(): string {
  const file = join(folder, 'scan');
  writeFileSync(file, '%PDF-1.5');
  return file;
}

const work = () => join(folder, 'work');
const recogniser = (tesseract: string, pdftoppm: string | null = null, limits = RECOGNISER_LIMITS) => {
  const made = createRecogniser(
    { tesseract: script('tesseract', tesseract), languages: 'tha', pdftoppm: pdftoppm && script('pdftoppm', pdftoppm) },
    work(),
    limits,
  );
  if (made === null) throw new Error('no recogniser');
  return made;
};
/** Draws as many empty pages as it is asked for. */
const PAGES =
  'for last; do :; done; i=1; while [ $i -le 9 ]; do : > "$last-0$i.png"; i=$((i+1)); done; : > "$last-10.png"; : > "$last-11.png"';

test('without Tesseract, or without its Thai, there is none', () => {
  expect(createRecogniser({ tesseract: null, languages: null, pdftoppm: '/bin/true' }, work())).toBeNull();
  expect(createRecogniser({ tesseract: '/bin/true', languages: null, pdftoppm: '/bin/true' }, work())).toBeNull();
});

test('a picture is read with the languages that are there; the folder of the work is gone afterwards', async () => {
  const read = await recogniser('echo "$2 $3 $4 $(basename "$1")"; echo wa x; : > left-behind').recognise(png(800, 600), FAR);
  expect(read).toEqual({ text: 'stdout -l tha 800x600.png', notes: [] });
  expect(readdirSync(work())).toEqual([]);
});

test('what is no picture, or a small one, is not read; what is too large is noted', async () => {
  const all = recogniser('echo must not run', null, { ...RECOGNISER_LIMITS, maxBytes: 100 });
  const text = join(folder, 'text');
  writeFileSync(text, 'no picture');
  expect([await all.recognise(text, FAR), await all.recognise(png(199, 5_000), FAR)]).toEqual([null, null]);
  expect((await all.recognise(png(10_000, 6_001), FAR))?.notes).toMatchObject([{ code: 'document-too-large' }]);
  writeFileSync(text, Buffer.alloc(101));
  expect((await all.recognise(text, FAR))?.notes).toMatchObject([{ code: 'document-too-large' }]);
});

test('of a scanned PDF ten pages in their order, and a note that there are more', async () => {
  const read = await recogniser('basename "$1"', PAGES).recognise(pdf(), FAR);
  expect(read?.text.split('\f').map(page => page.slice(5, 7))).toEqual(['01', '02', '03', '04', '05', '06', '07', '08', '09', '10']);
  expect(read?.notes).toMatchObject([{ code: 'document-cut', detail: expect.stringContaining('first 10 pages') }]);
});

test('a page that fails or hangs costs itself; past the deadline no page is begun', async () => {
  const page = { ...RECOGNISER_LIMITS.page, milliseconds: 500 };
  const some = 'case "$1" in *-02.png) echo broken >&2; exit 1;; *-03.png) exec sleep 60;; *) echo read;; esac';
  const read = await recogniser(some, PAGES, { ...RECOGNISER_LIMITS, maxPages: 4, page }).recognise(pdf(), FAR);
  expect(read?.text).toBe('read\fread');
  expect(read?.notes.map(note => `${note.code} ${note.detail}`)).toEqual([
    expect.stringMatching(/^document-page-broken .*broken/),
    expect.stringMatching(/^document-page-broken .*too long/),
    expect.stringMatching(/^document-cut/),
  ]);
  const late = await recogniser('echo read', PAGES).recognise(pdf(), 0);
  expect(late).toMatchObject({ text: '', notes: [{ code: 'document-cut' }, { code: 'document-cut' }] });
});

test('a PDF that cannot be opened says why; without pdftoppm it says so', async () => {
  const broken = await recogniser('echo no', 'echo "Syntax Error: no trailer" >&2; exit 1').recognise(pdf(), FAR);
  expect(broken).toMatchObject({ text: '', notes: [{ code: 'document-broken', detail: expect.stringContaining('no trailer') }] });
  const locked = await recogniser('echo no', 'echo "Command Line Error: Incorrect password" >&2; exit 1').recognise(pdf(), FAR);
  expect(locked?.notes).toMatchObject([{ code: 'document-encrypted' }]);
  expect((await recogniser('echo no').recognise(pdf(), FAR))?.notes).toMatchObject([{ code: 'document-no-text' }]);
});

test('stopped, it throws instead of calling half a text whole, and leaves nothing running', async () => {
  const stopped = recogniser('echo $$ > ../pid; exec sleep 60');
  const reading = stopped.recognise(png(800, 600), FAR);
  const pid = await vi.waitFor(() => Number(/^\d+(?=\n)/.exec(readFileSync(join(work(), 'pid'), 'utf8'))?.[0] ?? expect.unreachable()));
  stopped.stop();
  await expect(reading).rejects.toThrow('stopped');
  // The kernel takes a killed process away a moment after it was told to.
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  await expect(stopped.recognise(png(800, 600), FAR)).rejects.toThrow('stopped');
});

test('a program gets its words as they are, none of our secrets, and no more memory or disk than it is given', async () => {
  const run = (text: string, args: string[], limits = LIMITS) =>
    runLimited(script('any', text), args, folder, limits, new AbortController().signal);
  process.env.SARABAN_TEST_SECRET = 'secret';
  const seen = await run('echo "$#:$1:$2:$(env | grep -c SARABAN):$OMP_THREAD_LIMIT"', ['$(id); "x"', "'*'"]);
  delete process.env.SARABAN_TEST_SECRET;
  expect(seen).toEqual({ outcome: 'done', stdout: `2:$(id); "x":'*':0:1\n` });
  expect(await run('dd if=/dev/zero of=large bs=1M count=3 2>/dev/null; wc -c < large', [])).not.toEqual({
    outcome: 'done',
    stdout: '3145728\n',
  });
  expect(await runLimited(join(folder, 'none'), [], folder, LIMITS, new AbortController().signal)).toMatchObject({ reason: 'failed' });
  if (process.platform === 'linux')
    expect(await run('dd if=/dev/zero of=/dev/null bs=300M count=1', [], { ...LIMITS, memoryMb: 100 })).toMatchObject({ reason: 'failed' });
});

test('lines of dirt go, the shortest line that says something stays', () => {
  expect(withoutSpeckles('ลับ\nwa  a &  iow  4X\nee) ไฮ\nที่ 12\n\nScan\nผ่')).toBe('ลับ\nที่ 12\n\nScan');
});
