/** The export of an agency, and every damage to one that must be refused before anything of it stays. */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import { TEST_TIME } from '../../test/database/letters.ts';
import { newIdentity } from '../age.ts';
import { exportAgency } from './export.ts';
import { importAgency } from './import.ts';
import { archiveOf, exportContext, filesOf, importContext, type MoveBench, openMoveBench } from './move-fixture.ts';

let bench: MoveBench;

beforeAll(async () => {
  bench = await openMoveBench();
});
afterAll(() => bench.close());

describe('the export', () => {
  it('tells what is in it', () => {
    expect(bench.exported).toMatchObject({
      agency: { id: bench.leaving, code: 'leaving' },
      entries: 3,
      encrypted: true,
      privateKeys: true,
    });
  });

  it('holds each stored file once, readable letters, and no word of another agency', async () => {
    const files = await filesOf(bench.plain);
    const paths = [...files.keys()];
    expect(paths).toContain('letters/receive/2569/0001/message.eml');
    expect(files.get('letters/receive/2569/0001/message.eml')?.toString()).toBe('letter one leaving');
    expect(files.get('letters/receive/2569/0001/attachments/01-_สิ่งที่ส่งมาด้วย 1_2.pdf')?.toString()).toBe('the attachment of leaving');
    expect(paths).toContain('letters/receive-classified/2569/0001/message.eml');
    expect(paths.filter(path => files.get(path)?.toString() === 'an attachment that everybody sends')).toHaveLength(1);
    for (const [path, bytes] of files) expect([path, bytes.includes('staying')]).toEqual([path, false]);
    const page = files.get('letters/receive/2569/0001/index.html')?.toString() ?? '';
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
    const second = JSON.parse(files.get('letters/receive/2569/0002/entry.json')?.toString() ?? '') as { files: { file: string }[] };
    expect(files.has(second.files[0]?.file ?? '')).toBe(true);
  });

  it('plain, it has no private key; encrypted, it has', async () => {
    const paths = [...(await filesOf(bench.plain)).keys()];
    expect(paths.filter(path => path.startsWith('keys/'))).toEqual([]);
    const key = (await filesOf(bench.plain)).get('tables/agency_key.copy')?.toString();
    expect(key?.split('\n')[0]).not.toContain('sealed');
    expect((await readFile(bench.encrypted)).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
  });

  it('is not written over what is there, nor for an agency that is not, and leaves nothing half-written', async () => {
    await expect(exportAgency(exportContext(bench), { code: 'leaving', recipients: null }, bench.plain)).rejects.toMatchObject({
      code: 'file-exists',
    });
    const nowhere = join(bench.folder, 'nobody.tar');
    await expect(exportAgency(exportContext(bench), { code: 'nobody', recipients: null }, nowhere)).rejects.toMatchObject({
      code: 'no-such-agency',
    });
    await expect(readFile(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile(`${nowhere}.part`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a damaged export is refused, and named', () => {
  async function damaged(change: (files: Map<string, Buffer>) => Map<string, Buffer> | Promise<Map<string, Buffer>>): Promise<string> {
    return await archiveOf(await change(await filesOf(bench.plain)), join(bench.folder, `${randomUUID()}.tar`));
  }
  const refused = async (file: string, object: string) => {
    const before = await bench.target.owner`SELECT count(*) AS rows FROM entry`;
    const error = await importAgency(importContext(bench), { file, identities: [], fingerprint: null, activate: false }).then(
      () => null,
      (thrown: Error & { code?: string }) => thrown,
    );
    expect(error).toMatchObject({ code: 'export-damaged' });
    expect(error?.message).toContain(object);
    expect(await bench.target.owner`SELECT count(*) AS rows FROM entry`).toEqual(before);
    expect(await bench.target.owner`SELECT FROM agency WHERE code = 'leaving'`).toHaveLength(0);
  };

  const MAIL = 'letters/receive/2569/0001/message.eml';

  it.each([MAIL, 'tables/entry.copy', 'letters/receive/2569/0001/entry.json'])('a flipped byte in %s', async path => {
    const file = await damaged(files => {
      const bytes = Buffer.from(files.get(path) ?? '');
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
      return files.set(path, bytes);
    });
    await refused(file, path);
  });

  it('a missing file, one too many, one behind the list', async () => {
    await refused(await damaged(files => new Map([...files].filter(([path]) => path !== MAIL))), MAIL);
    await refused(await damaged(files => new Map([['blobs/x', Buffer.from('x')], ...files])), 'README.txt');
    await refused(await damaged(files => files.set('blobs/x', Buffer.from('x'))), 'blobs/x');
  });

  it('two files exchanged', async () => {
    const other = 'letters/receive/2569/0002/message.eml';
    await refused(
      await damaged(files => new Map([...files].map(([path, bytes]) => [path, path === MAIL ? (files.get(other) ?? bytes) : bytes]))),
      MAIL,
    );
  });

  it('cut off, anywhere', async () => {
    const bytes = await readFile(bench.plain);
    for (const part of [0.1, 0.5, 0.9]) {
      const file = join(bench.folder, `${randomUUID()}.tar`);
      await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * part)));
      await refused(file, '');
    }
  });

  it('a list made new for the change, without the key', async () => {
    const file = await damaged(files => {
      files.set(MAIL, Buffer.from('another letter'));
      return relisted(files);
    });
    await refused(file, 'files.sha256');
  });

  it('signed anew with a key that is none of the agency’s', async () => {
    const file = await damaged(async files => {
      const key = await inAgency(bench.source.db, bench.staying, THE_APPLIANCE, tx =>
        signingKey(tx, bench.staying, bench.targetBox, TEST_TIME),
      );
      const bytes = files.get('manifest.json') ?? Buffer.alloc(0);
      const signature = signFile(key, { ...thingOf('manifest.json', bytes), agencyCode: 'leaving' }, TEST_TIME);
      return files.set('manifest.sig.json', writeSignature(signature));
    });
    await refused(file, 'another-key');
  });

  it('an altered chain, well listed and well signed: the database looks at every link', async () => {
    const file = await damaged(async files => {
      const table = files.get('tables/entry.copy')?.toString() ?? '';
      files.set('tables/entry.copy', Buffer.from(table.replaceAll('somchai@sender.example', 'forged1@sender.example')));
      return await resigned(relisted(files));
    });
    const error = await importAgency(importContext(bench), { file, identities: [], fingerprint: null, activate: false }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'import-broken' });
    expect(String((error as { message: string }).message)).toContain('I11');
    expect(await bench.target.owner`SELECT FROM agency WHERE code = 'leaving'`).toHaveLength(0);
  });

  it('a stored file missing, well listed and well signed', async () => {
    const file = await damaged(async files => {
      files.delete(MAIL);
      return await resigned(relisted(files));
    });
    await refused(file, 'blob');
  });

  it('encrypted: the wrong key, no key, a byte changed', async () => {
    const input = { file: bench.encrypted, fingerprint: null, activate: false };
    await expect(importAgency(importContext(bench), { ...input, identities: [await newIdentity()] })).rejects.toMatchObject({
      code: 'copy-key-wrong',
    });
    await expect(importAgency(importContext(bench), { ...input, identities: [] })).rejects.toMatchObject({ code: 'copy-key-wrong' });
    const bytes = await readFile(bench.encrypted);
    bytes[bytes.length - 100_000] = (bytes.at(-100_000) ?? 0) ^ 1;
    const file = join(bench.folder, 'changed.tar.age');
    await writeFile(file, bytes);
    await expect(importAgency(importContext(bench), { ...input, file, identities: [bench.identity] })).rejects.toMatchObject({
      code: 'export-damaged',
    });
  });

  it('signed by another key than the operator was told', async () => {
    const input = { file: bench.plain, identities: [], activate: false, fingerprint: 'a'.repeat(64) };
    await expect(importAgency(importContext(bench), input)).rejects.toMatchObject({ code: 'export-key-other' });
  });

  function relisted(files: Map<string, Buffer>): Map<string, Buffer> {
    let list = '';
    for (const [path, bytes] of files)
      if (!/^(files\.sha256|manifest.*)$/.test(path)) list += `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`;
    return files.set('files.sha256', Buffer.from(list));
  }

  async function resigned(files: Map<string, Buffer>): Promise<Map<string, Buffer>> {
    const list = files.get('files.sha256') ?? Buffer.alloc(0);
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as { files: object };
    const paths = list
      .toString()
      .trim()
      .split('\n')
      .map(line => line.slice(66));
    const bytes = paths.reduce((sum, path) => sum + (files.get(path)?.length ?? 0), 0);
    manifest.files = { sha256: createHash('sha256').update(list).digest('hex'), size: list.length, count: paths.length, bytes };
    const text = Buffer.from(JSON.stringify(manifest));
    const key = await inAgency(bench.source.db, bench.leaving, THE_APPLIANCE, tx =>
      signingKey(tx, bench.leaving, bench.sourceBox, TEST_TIME),
    );
    const signature = signFile(key, { ...thingOf('manifest.json', text), agencyCode: 'leaving' }, TEST_TIME);
    return files.set('manifest.json', text).set('manifest.sig.json', writeSignature(signature));
  }
});
