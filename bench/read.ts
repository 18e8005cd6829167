/**
 * How fast letters are read, and in how much memory, against mailparser on the same bytes in turns. A process for each parser and size, since memory at its
 * highest never comes down again. The aim: at least its rate, and memory that does not grow with the letter.
 */
import { execFile } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ReadFigure } from './read-one.ts';
import { median } from './setting.ts';

const SIZES = [
  { name: '4 KB', attachments: 0 },
  { name: '300 KB', attachments: 300_000 },
  { name: '5 MB', attachments: 5_000_000 },
  { name: '50 MB', attachments: 50_000_000 },
];
const PARSERS = ['saraban', 'mailparser'] as const;
const ROUNDS = 3;
const SECONDS = 1.5;
const ONE = fileURLToPath(new URL('./read-one.ts', import.meta.url));

export async function benchRead(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-bench-read-'));
  try {
    const rows: Record<string, string | number>[] = [];
    for (const size of SIZES) {
      const file = join(folder, 'letter.eml');
      await writeFile(file, letter(size.attachments));
      rows.push({ letter: size.name, ...(await measure(file, size.attachments)) });
    }
    console.table(rows);
    console.log('of mailparser: ours divided by theirs. Rate above 1.00: we are faster. Memory below 1.00: we need less.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(file: string, attachments: number): Promise<Record<string, string | number>> {
  const figures: Record<(typeof PARSERS)[number], ReadFigure[]> = { saraban: [], mailparser: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const parser of PARSERS) {
      const figure = await readIn(parser, file);
      if (figure.bytes !== attachments) throw new Error(`${parser} found ${figure.bytes} bytes of attachments, not ${attachments}`);
      figures[parser].push(figure);
    }
  }
  const rate = (parser: (typeof PARSERS)[number]) => median(figures[parser].map(figure => figure.lettersASecond));
  const peak = (parser: (typeof PARSERS)[number]) => median(figures[parser].map(figure => figure.peakMiB));
  return {
    'letters/s': Number(rate('saraban').toPrecision(3)),
    'mailparser letters/s': Number(rate('mailparser').toPrecision(3)),
    'rate of mailparser': (rate('saraban') / rate('mailparser')).toFixed(2),
    'peak MiB': Math.round(peak('saraban')),
    'mailparser peak MiB': Math.round(peak('mailparser')),
    'memory of mailparser': (peak('saraban') / peak('mailparser')).toFixed(2),
  };
}

async function readIn(parser: string, file: string): Promise<ReadFigure> {
  const { stdout } = await promisify(execFile)(process.execPath, [ONE, parser, file, String(SECONDS)]);
  return JSON.parse(stdout) as ReadFigure;
}

/** A letter as offices send it: Thai text and HTML, and a PDF's worth of bytes that do not compress, the same at every run. */
function letter(attachmentBytes: number): Buffer {
  const paragraph = 'ด้วยกรมส่งเสริมการปกครองท้องถิ่นขอเชิญท่านเข้าร่วมประชุมชี้แจงแนวทางการปฏิบัติงานสารบรรณ ';
  const text = `ที่ มท 0810.2/ว 1234\r\n\r\nเรื่อง ขอเชิญประชุม\r\n\r\nเรียน นายกเทศมนตรี\r\n\r\n${paragraph.repeat(3)}\r\n`;
  const part = (type: string, body: string, more = '') =>
    `--in\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n${more}\r\n${inLines(Buffer.from(body).toString('base64'))}`;
  const head = [
    'From: =?UTF-8?B?4Liq4Lih4LiK4Liy4Lii?= <somchai@sender.example>',
    'To: saraban@agency.example',
    'Subject: =?UTF-8?B?4LiC4Lit4LmA4LiK4Li04LiN4Lib4Lij4Liw4LiK4Li44Lih?=',
    'Date: Sun, 22 Nov 2026 10:00:00 +0700',
    'Message-ID: <bench@sender.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=out',
    '',
    '--out',
    'Content-Type: multipart/alternative; boundary=in',
    '',
    '',
  ].join('\r\n');
  const bodies = `${part('text/plain', text)}${part('text/html', `<p>${text}</p>`)}--in--\r\n`;
  if (attachmentBytes === 0) return Buffer.from(`${head}${bodies}--out--\r\n`);
  const name =
    'Content-Type: application/pdf; name="letter.pdf"\r\nContent-Disposition: attachment; filename="letter.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const key = createHash('sha256').update('saraban bench').digest();
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(attachmentBytes));
  return Buffer.concat([
    Buffer.from(`${head}${bodies}--out\r\n${name}`),
    Buffer.from(inLines(bytes.toString('base64'))),
    Buffer.from('--out--\r\n'),
  ]);
}

function inLines(base64: string): string {
  return base64.replace(/.{1,76}/g, '$&\r\n');
}
