/** The proof of a night: what it says of a good one, and that it fails by name for every way in which one can be bad. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signingKey } from '../../register/seal/keys.ts';
import { openSecretBox } from '../../register/seal/secret-box.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { decryptBytes, encryptBytes, newIdentity, recipientOf } from '../age.ts';
import { type Manifest, nightPath, type PackList, packListPath, packPath } from '../format.ts';
import { type CopyFixture, copyFixture } from '../make/copy-fixture.ts';
import { makeCopy } from '../make/make-copy.ts';
import type { Place } from '../place/place.ts';
import { readTar, writeTar } from '../tar.ts';
import { type Certificate, checkCertificate } from './certificate.ts';
import { type ProofFixture, proofFixture } from './proof-fixture.ts';
import { prove } from './prove.ts';

const SECRET_WORDS = ['ประชุมลับเรื่องที่ดิน', 'somchai@sender.example', 'สมชาย ใจดี', 'เนื้อความที่ห้ามรั่ว'];

describe('the proof of a night', () => {
  let fresh: FreshDatabase;
  let copy: CopyFixture;
  let proof: ProofFixture;
  let place: Place;
  let agency: number;
  let root: string;
  let whole = true;

  beforeEach(async () => {
    whole = true;
    fresh = await freshDatabase();
    agency = await addTestAgency(fresh.db, 'tambon');
    await addTestAgency(fresh.db, 'other');
    for (let at = 0; at < 3; at++) await letter(`letter ${at}`);
    copy = await copyFixture(fresh, ['nas']);
    proof = proofFixture(fresh, copy);
    place = copy.context.places[0] as Place;
    root = copy.folderOf('nas');
  });
  afterEach(async () => {
    expect(proof.open()).toBe(0);
    await fresh.close(whole);
  });

  async function letter(text: string): Promise<string> {
    return await enterLetter(fresh, agency, `Subject: ${text}\r\n\r\n${SECRET_WORDS[3]} ${text}\r\n`, { subject: SECRET_WORDS[0] ?? '' });
  }

  async function night(): Promise<string> {
    const made = await makeCopy(copy.context);
    if (!('id' in made) || made.outcome !== 'made') throw new Error(`no copy: ${JSON.stringify(made)}`);
    return made.id;
  }

  const proveIt = async (id: string, at: Place = place) => await prove(proof.context, id, at);

  async function packs(holds: 'letters' | 'tables'): Promise<string[]> {
    return (await fresh.owner<{ name: string }[]>`SELECT name FROM pack WHERE holds = ${holds} ORDER BY name`).map(row => row.name);
  }

  async function stateOf(id: string) {
    const [row] = await fresh.owner<
      { state: string; problem: string; provenAt: Date | null; restoreMs: number | null }[]
    >`SELECT state, problem, proven_at AS "provenAt", restore_ms AS "restoreMs" FROM copy_at_place WHERE copy_id = ${id}`;
    return row;
  }

  async function flip(path: string, at = 0.5): Promise<void> {
    const file = join(root, path);
    const bytes = await readFile(file);
    const index = Math.min(bytes.length - 1, Math.floor(bytes.length * at));
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    await rm(file);
    await writeFile(file, bytes);
  }

  /** Each fault names the object in the certificate, and the copy's row does too. */
  async function expectFailed(id: string, certificate: Certificate, object: string | RegExp): Promise<void> {
    expect(certificate.outcome).toBe('failed');
    const named = certificate.faults.map(fault => fault.object).join('\n');
    if (typeof object === 'string') expect(named).toContain(object);
    else expect(named).toMatch(object);
    expect((await stateOf(id))?.problem).not.toBe('');
    const rows = await fresh.owner<{ outcome: string }[]>`SELECT outcome FROM certificate WHERE copy_id = ${id} AND agency_id = 0`;
    expect(rows.at(-1)?.outcome).toBe('failed');
  }

  test('a good night is proven, certified for each agency with its own figures, and signed', async () => {
    const id = await night();
    const certificate = await proveIt(id);
    expect(certificate.faults).toEqual([]);
    expect(certificate).toMatchObject({ outcome: 'proven', scope: 'appliance', counts: certificate.found, notProven: [] });
    expect(certificate.lettersOpened).toHaveLength(3);
    expect(certificate.registers.find(one => one.series === 'receive')).toMatchObject({
      agency: 'tambon',
      lastNumber: 3,
      rows: 3,
      holds: true,
    });
    expect(await stateOf(id)).toMatchObject({ state: 'proven', problem: '', restoreMs: certificate.timeToRestoreMs });
    const rows = await fresh.owner<{ code: string; id: string; sha256: string; summary: { entries: number; faults: string[] } }[]>`
      SELECT a.code, c.id, encode(c.json_sha256, 'hex') AS sha256, c.summary FROM certificate c JOIN agency a ON a.id = c.agency_id ORDER BY a.id`;
    expect(rows.map(row => [row.code, row.summary.entries])).toEqual([
      ['provider', 3],
      ['tambon', 3],
      ['other', 0],
    ]);
    for (const row of rows) {
      const file = await fresh.store.read(row.sha256);
      expect(checkCertificate(file, [certificate.copy.signedBy])).toMatchObject({ outcome: 'holds', agency: 'provider' });
      expect(checkCertificate(Buffer.from(file.toString().replace('"proven"', '"provem"')), null).outcome).toBe('changed');
      if (row.code === 'other') expect(file.toString()).not.toContain('tambon');
    }
    const unproven = await fresh.owner`SELECT pack FROM pack_at_place WHERE proven_at IS NULL`;
    expect(unproven).toEqual([]);
    const reports = await fresh.owner`SELECT data FROM pgboss.job WHERE name = 'send-report'`;
    expect(reports.map(row => row.data.certificateId).sort()).toEqual(rows.map(row => row.id).sort());

    // The next night fetches what is new; the rest counts by its earlier proof.
    await letter('new');
    proof.context.proof.bytes = 0;
    const next = await proveIt(await night());
    expect(next.faults).toEqual([]);
    expect(next).toMatchObject({ outcome: 'proven', previous: rows[0]?.sha256 });
    expect(next.fetched?.oldestProofOfRest).toBe(certificate.provenAt);
    expect(next.fetched?.blobs).toBeLessThan(next.counts?.blobs ?? 0);
  });

  test('nothing of a letter can be read in the place without the key', async () => {
    await proveIt(await night());
    for (const file of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name));
      for (const word of SECRET_WORDS) expect(bytes.includes(word), `${word} in ${file.name}`).toBe(false);
      expect(bytes.includes(Buffer.from(SECRET_WORDS[1] ?? '').toString('base64'))).toBe(false);
    }
  });

  test('a flipped byte in a pack of letters: named, marked, healed by the next night', async () => {
    const id = await night();
    const [pack = ''] = await packs('letters');
    await flip(packPath(pack));
    await expectFailed(id, await proveIt(id), packPath(pack));
    expect(await stateOf(id)).toMatchObject({ state: 'damaged' });
    expect(await fresh.owner`SELECT state FROM pack_at_place WHERE pack = ${pack}`).toMatchObject([{ state: 'damaged' }]);
    const healed = await proveIt(await night());
    expect(healed.faults).toEqual([]);
    expect(healed.outcome).toBe('proven');
  });

  test.each([
    ['a pack of tables', async () => packPath((await packs('tables'))[0] ?? '')],
    ['a list', async () => packListPath((await packs('letters'))[0] ?? '')],
    ['the night file', async (id: string) => nightPath(id)],
  ])('a flipped byte in %s', async (_, which) => {
    const id = await night();
    const path = await which(id);
    await flip(path, 0.9);
    await expectFailed(id, await proveIt(id), path);
  });

  test.each([
    ['a missing pack', async () => packPath((await packs('letters'))[0] ?? '')],
    ['a missing list', async () => packListPath((await packs('tables'))[0] ?? '')],
    ['a missing night', async (id: string) => nightPath(id)],
  ])('%s', async (_, which) => {
    const id = await night();
    const path = await which(id);
    await rm(join(root, path));
    await expectFailed(id, await proveIt(id), path);
  });

  test('another night under this name, and an older one served as the newest', async () => {
    const old = await night();
    await letter('later');
    const id = await night();
    await rm(join(root, nightPath(id)));
    await copyFile(join(root, nightPath(old)), join(root, nightPath(id)));
    const certificate = await proveIt(id);
    await expectFailed(id, certificate, nightPath(id));
    expect(certificate.faults[0]?.problem).toContain('swapped night');
  });

  test('a wrong key', async () => {
    const id = await night();
    proof.context.identities = [await newIdentity()];
    const certificate = await proveIt(id);
    await expectFailed(id, certificate, nightPath(id));
    expect(certificate.faults[0]?.problem).toContain('does not open it');
  });

  test('a place that says sent and keeps nothing', async () => {
    await mkdir(root);
    const liar: Place = { ...place, send: async () => {}, list: async () => [] };
    copy.context.places = [liar];
    const id = await night();
    await expectFailed(id, await proveIt(id, liar), nightPath(id));
  });

  test('a place that is away is a failed proof, and no word against what lies there', async () => {
    const id = await night();
    await rename(root, `${root}-away`);
    const certificate = await proveIt(id);
    expect(certificate.outcome).toBe('failed');
    await rename(`${root}-away`, root);
    expect(await fresh.owner`SELECT DISTINCT state FROM pack_at_place`).toMatchObject([{ state: 'sent' }]);
    expect((await proveIt(id)).outcome).toBe('proven');
  });

  /** Whoever has the public key can encrypt; what they put there must still be found. */
  async function rewriteNight(id: string, change: (name: string, bytes: Buffer) => Promise<Buffer> | Buffer): Promise<void> {
    const file = join(root, nightPath(id));
    const plain = await decryptBytes([copy.identity], await readFile(file));
    const tar = await rewriteTar(plain, change);
    await rm(file);
    await writeFile(file, await encryptBytes(copy.context.keys.recipients, tar));
  }

  async function rewriteTar(plain: Buffer, change: (name: string, bytes: Buffer) => Promise<Buffer> | Buffer): Promise<Buffer> {
    const tar = writeTar();
    const chunks: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of tar.stream) chunks.push(chunk as Buffer);
    })();
    for await (const entry of readTar(
      (async function* () {
        yield plain;
      })(),
    )) {
      const parts: Buffer[] = [];
      for await (const chunk of entry.bytes) parts.push(chunk);
      const bytes = await change(entry.path, Buffer.concat(parts));
      await tar.add({ path: entry.path, size: bytes.length, mode: entry.mode }, bytes);
    }
    tar.finish();
    await reading;
    return Buffer.concat(chunks);
  }

  test('a manifest cut short by somebody with the public key', async () => {
    const id = await night();
    await rewriteNight(id, (name, bytes) => {
      if (name !== 'manifest.json') return bytes;
      const manifest = JSON.parse(bytes.toString()) as Manifest;
      for (const table of manifest.tables) if (table.name === 'entry') Object.assign(table, { rows: 0, pieces: [] });
      return Buffer.from(JSON.stringify(manifest));
    });
    const certificate = await proveIt(id);
    await expectFailed(id, certificate, nightPath(id));
    expect(certificate.faults[0]?.problem).toContain('signature');
  });

  test('a manifest signed again with another key', async () => {
    const id = await night();
    const box = await openSecretBox(join(fresh.folder, 'stranger', 'secrets.key'));
    const other = await freshDatabase();
    const key = await other.owner.begin(tx => signingKey(tx, 0, box, new Date()));
    let text = Buffer.alloc(0);
    await rewriteNight(id, (name, bytes) => {
      if (name === 'manifest.json') {
        text = Buffer.from(bytes.toString().replace('"0.0.0-test"', '"0.0.1-test"'));
        return text;
      }
      return name === 'manifest.sig.json'
        ? writeSignature(signFile(key, { agencyCode: 'provider', ...thingOf('manifest.json', text) }, new Date()))
        : bytes;
    });
    const certificate = await proveIt(id);
    await other.close();
    await expectFailed(id, certificate, nightPath(id));
    expect(certificate.faults[0]?.problem).toContain('another key');
  });

  test('a piece of a table cut short, its pack and list made again by somebody with the public key', async () => {
    const id = await night();
    const [pack = ''] = await packs('tables');
    const { recipients } = copy.context.keys;
    const list = JSON.parse((await decryptBytes([copy.identity], await readFile(join(root, packListPath(pack))))).toString()) as PackList;
    const plain = gunzipSync(await decryptBytes([copy.identity], await readFile(join(root, packPath(pack)))));
    let cut = '';
    const tar = await rewriteTar(plain, (name, bytes) => {
      if (cut !== '' || bytes.length < 100) return bytes;
      cut = name;
      return bytes.subarray(0, bytes.lastIndexOf(10, bytes.length - 2) + 1);
    });
    const sealed = await encryptBytes(recipients, gzipSync(tar));
    for (const object of list.objects) if (object.sha256 === cut) object.size -= 1;
    Object.assign(list, { size: sealed.length, sha256: createHash('sha256').update(sealed).digest('hex') });
    await rm(join(root, packPath(pack)));
    await writeFile(join(root, packPath(pack)), sealed);
    await rm(join(root, packListPath(pack)));
    await writeFile(join(root, packListPath(pack)), await encryptBytes(recipients, Buffer.from(JSON.stringify(list))));
    const certificate = await proveIt(id);
    await expectFailed(id, certificate, packListPath(pack));
    expect(certificate.faults.map(fault => fault.object)).toContain(`${packPath(pack)}, object ${cut}`);
  });

  test("a letter's bytes flipped in the live store before the copy", async () => {
    whole = false;
    const [blob] = await fresh.owner<{ sha256: string }[]>`SELECT encode(raw_sha256, 'hex') AS sha256 FROM entry LIMIT 1`;
    const path = fresh.store.pathOf(blob?.sha256 ?? '');
    const bytes = await readFile(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const id = await night();
    await expectFailed(id, await proveIt(id), `blob ${blob?.sha256}`);
  });

  test('where the key is held elsewhere: what is there is proven, what is not is said', async () => {
    const id = await night();
    proof.context.identities = null;
    const certificate = await proveIt(id);
    expect(certificate).toMatchObject({ outcome: 'partly', faults: [], found: null });
    expect(certificate.notProven.map(one => one.en).join(' ')).toContain('backup verify --identity');
    expect(await stateOf(id)).toMatchObject({ state: 'partly-proven' });
    const [pack = ''] = await packs('letters');
    // Another file of the same size, so that only its hash tells.
    await flip(packPath(pack), 0.3);
    await expectFailed(id, await proveIt(id), packPath(pack));
    await flip(nightPath(id), 0.3);
    await expectFailed(id, await proveIt(id), nightPath(id));
  });

  test('two recipients: either key proves it', async () => {
    const second = await newIdentity();
    copy.context.keys = { recipients: [await recipientOf(copy.identity), await recipientOf(second)] };
    const id = await night();
    proof.context.identities = [second];
    expect((await proveIt(id)).outcome).toBe('proven');
  });
});
