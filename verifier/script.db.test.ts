/** The verifier over certificates, exports, mails of ours and time stamps, and as the script that a stranger runs. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE_NAME, certificateBytes, checkCertificate } from '../backup/prove/certificate.ts';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { signingKey } from '../register/seal/keys.ts';
import { signFile, thingOf } from '../register/seal/signature.ts';
import { timestampDay } from '../register/seal/timestamp-day.ts';
import { startTestAuthority } from '../register/seal/timestamp-fixtures.ts';
import type { GivenFile } from './check.js';
import {
  asBytes,
  chainOf,
  damagedPack,
  dayOf,
  fileOf,
  flipped,
  inFolder,
  makePacks,
  type Packs,
  rewritten,
  signedAs,
  verdictOf,
  withFile,
} from './test-packs.ts';

let packs: Packs;
let chain: GivenFile[];

beforeAll(async () => {
  packs = await makePacks();
  chain = chainOf(packs);
});
afterAll(async () => {
  await packs.world.close();
});

describe('what is signed and listed', () => {
  it('a certificate of a copy, signed by the appliance within itself', async () => {
    const { world, box } = packs;
    const certificate = {
      format: 'saraban certificate 1',
      agency: { code: 'red' },
      outcome: 'proven',
      provenAt: '2026-11-23T20:00:00.000Z',
    };
    const unsigned = certificateBytes(certificate as never);
    const signature = await inAgency(world.fresh.db, 0, THE_APPLIANCE, async tx =>
      signFile(
        await signingKey(tx, 0, box, world.clock.now),
        { agencyCode: 'provider', ...thingOf(CERTIFICATE_NAME, unsigned) },
        world.clock.now,
      ),
    );
    const bytes = new Uint8Array(Buffer.from(`${JSON.stringify({ ...certificate, signature }, null, 2)}\n`));
    expect(checkCertificate(bytes, null).outcome).toBe('holds');
    const good = await verdictOf([{ name: 'c.json', bytes }]);
    expect([good.verdict, good.broken]).toEqual(['holds', []]);
    for (const [from, to] of [
      ['"proven"', '"failed"'],
      ['"outcome": ', '"outcome":  '],
    ] as const)
      expect((await verdictOf([{ name: 'c.json', bytes: rewritten(bytes, from, to) }])).verdict).toBe('broken');
  });

  it('a manifest with a list of hashes, as an agency takes it along', async () => {
    const text = (value: string) => new Uint8Array(Buffer.from(value));
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const [a, b] = [text('a'), text('b')];
    const list = text(`${hash(a)}  x/a\n${hash(b)}  x/b\n`);
    const manifest = asBytes({ format: 'saraban agency', agency: { code: 'red' }, files: { sha256: hash(list), size: list.length } });
    const files = [
      { name: 'out/x/a', bytes: a },
      { name: 'out/x/b', bytes: b },
      { name: 'out/files.sha256', bytes: list },
      { name: 'out/manifest.json', bytes: manifest },
      { name: 'out/manifest.sig.json', bytes: await signedAs(packs, 'manifest.json', manifest) },
    ];
    const good = await verdictOf(files);
    expect([good.verdict, good.broken]).toEqual(['holds', []]);
    expect((await verdictOf(withFile(files, 'out/x/b', flipped))).broken.join()).toContain('x/b is not the file that the list names');
    expect((await verdictOf(files.slice(0, 3))).verdict).toBe('unproven');
  });
});

describe('a mail with a closed day, saved as it came', () => {
  it('is opened, and the letter of a pack is not', async () => {
    const parts = dayOf(packs, 0).map(
      ({ name, bytes }) =>
        `--b\r\nContent-Type: application/json; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(bytes).toString('base64')}\r\n`,
    );
    const mail = (from: string[]) =>
      new Uint8Array(
        Buffer.from(`From: a@b.example\r\nSubject: day\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${from.join('')}--b--\r\n`),
      );
    const good = await verdictOf([{ name: 'report.eml', bytes: mail(parts) }]);
    expect([good.verdict, good.broken]).toEqual(['holds', []]);
    expect(good.codes).toContain('holds book-entries');
    const altered = await verdictOf([{ name: 'report.eml', bytes: mail([...parts.slice(0, 1), ...parts.slice(2)]) }]);
    expect(altered.verdict).toBe('unproven');
    const pack = unzipSync(packs.evidenceZip);
    const inside = await verdictOf([{ name: 'p.zip', bytes: zipSync({ ...pack, 'message.eml': mail(parts) }) }]);
    expect(inside.broken.join()).toContain('is not letter 1/2569');
    expect(inside.report.sections.filter(section => section.kind === 'seal')).toHaveLength(1);
  });
});

describe('the time stamp of a closed day', () => {
  it('is asked for by the real code, named with its time, and belongs to its seal alone', async () => {
    const authority = await startTestAuthority();
    const { world } = packs;
    try {
      for (const ordinal of [1, 2]) {
        const context = {
          db: world.fresh.db,
          store: world.fresh.store,
          now: () => new Date(),
          timestamp: { url: authority.url },
          log: { info: () => {}, warn: () => {} },
        };
        expect(await timestampDay(context, { agencyId: world.red.id, ordinal })).toBe('stamped');
      }
    } finally {
      await authority.close();
    }
    const days = await packs.closeDays();
    const good = await verdictOf([...inFolder('one', days[0] ?? []), ...inFolder('two', days[1] ?? [])]);
    expect([good.verdict, good.broken]).toEqual(['holds', []]);
    expect(good.report.sections[0]?.findings.find(finding => finding.code === 'stamp-holds')?.th).toContain('หน่วยประทับเวลาทดสอบ');
    const exchanged = await verdictOf(withFile(inFolder('one', days[0] ?? []), 'one/seal.tsr', () => fileOf(days[1] ?? [], 'seal.tsr')));
    expect(exchanged.broken.join()).toContain('one/seal.tsr is of another file');
    const damaged = await verdictOf(withFile(inFolder('one', days[0] ?? []), 'one/seal.tsr', bytes => flipped(bytes, bytes.length - 5)));
    expect(damaged.verdict).toBe('broken');
  });
});

describe('the script', () => {
  const run = promisify(execFile);
  const script = new URL('./saraban-verify.mjs', import.meta.url).pathname;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'saraban-verify-'));
    for (const { name, bytes } of chain) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await writeFile(join(folder, 'evidence.zip'), packs.evidenceZip);
    await writeFile(join(folder, 'damaged.zip'), damagedPack(packs.evidenceZip));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const exit = async (...words: string[]) => {
    try {
      // In a folder where nothing of ours can be found: it stands alone.
      const { stdout } = await run(process.execPath, [script, ...words], { cwd: folder, env: { PATH: '' } });
      return { code: 0, stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout: stdout + stderr };
    }
  };

  it('says it in words, Thai first, and by its exit code', async () => {
    const good = await exit('--key', packs.fingerprint.toUpperCase(), 'day1', 'day2', 'day3', 'evidence.zip');
    expect(good.code).toBe(0);
    expect(good.stdout).toContain('ผลการตรวจสอบ: ถูกต้อง');
    expect(good.stdout).toContain('Result: it holds.');
    const bad = await exit('damaged.zip');
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('ผลการตรวจสอบ: ไม่ถูกต้อง');
    expect((await exit('day1/day.json')).code).toBe(1);
    expect((await exit('--key', 'f'.repeat(64), 'day1')).code).toBe(1);
  });

  it('gives JSON, and refuses what it does not understand', async () => {
    const { code, stdout } = await exit('--json', 'damaged.zip');
    const report = JSON.parse(stdout);
    expect([code, report.format, report.verdict]).toEqual([1, 'saraban verification 1', 'broken']);
    for (const words of [[], ['--nonsense'], ['--key', 'short', 'day1'], ['not-there']]) expect((await exit(...words)).code).toBe(2);
  });
});
