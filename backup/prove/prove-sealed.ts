/**
 * A proof without the key, which is held elsewhere: that what was sent is there, byte for byte, in its encrypted form. What this cannot say is said:
 * whether the key opens it, whether it restores, whether the register in it holds.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nightPath, packListPath, packPath } from '../format.ts';
import { bring, type Sealed, sealOf } from '../restore/encrypted-file.ts';
import { faultOf } from '../restore/fault.ts';
import { checkPacksThere, choosePacks } from './packs-tonight.ts';

import { type PackRow, selectObjects, selectPacksOfCopy } from './queries.ts';
import type { Run } from './run.ts';

export async function proveSealed(run: Run, packs: PackRow[]): Promise<void> {
  const { context, copy, place } = run;
  const work = join(context.data, 'copies', 'work', `proof-${randomUUID()}`);
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    run.addFaults(await run.timed('fetchMs', () => checkPacksThere(place, packs, null)));
    const compare = async (path: string, expected: Sealed | null) => {
      const sealed = await run.timed('fetchMs', () => sealAt(run, path, work));
      if (sealed === null) return false;
      run.findings.fetched.bytes += sealed.size;
      if (expected === null || (sealed.sha256 === expected.sha256 && sealed.size === expected.size)) return true;
      run.addFaults([{ place: place.name, object: path, problem: 'is not the file that was sent' }]);
      return false;
    };
    const file = copy.fileSha256 === null || copy.fileSize === null ? null : { sha256: copy.fileSha256, size: copy.fileSize };
    await compare(nightPath(copy.id), file);
    const wanted = new Set([
      ...(await selectPacksOfCopy(context.db, copy.id, place.name)),
      ...choosePacks(packs, context.proof.bytes).packs,
    ]);
    for (const pack of packs.filter(one => wanted.has(one.name))) {
      const list = await compare(packListPath(pack.name), { sha256: pack.listSha256, size: pack.listSize });
      const whole = await compare(packPath(pack.name), pack);
      if (!list || !whole) continue;
      run.wholePacks.add(pack.name);
      run.findings.fetched.packs += 1;
    }
    const letters = packs.filter(pack => pack.holds === 'letters');
    run.findings.fetched.blobs = (
      await selectObjects(
        context.db,
        letters.filter(pack => run.wholePacks.has(pack.name)).map(pack => pack.name),
      )
    ).size;
    run.findings.oldestProofOfRest = letters.find(pack => !wanted.has(pack.name))?.provenAt?.toISOString() ?? null;
    run.leaveUnproven({
      th: 'ไม่ได้พิสูจน์ว่ากุญแจเปิดสำเนานี้ได้ เพราะกุญแจเก็บไว้นอกเครื่องนี้',
      en: 'It was not proven that the key opens this copy: the key is held elsewhere.',
    });
    run.leaveUnproven({
      th: 'ไม่ได้กู้คืนและไม่ได้ตรวจทะเบียนในสำเนา พิสูจน์เพียงว่าไฟล์ที่เข้ารหัสยังอยู่ครบและตรงกับที่ส่งไป',
      en: 'Nothing was restored and the register in the copy was not verified: only that the encrypted files are there as they were sent.',
    });
    if (file === null)
      run.leaveUnproven({
        th: 'ไม่มีบันทึกแฮชของไฟล์ประจำคืน ตรวจได้เพียงว่ามีไฟล์อยู่',
        en: 'The hash of the night file was not kept: only that it is there was checked.',
      });
    run.leaveUnproven({
      th: 'ผู้ถือกุญแจพิสูจน์ทั้งหมดได้ด้วยคำสั่ง npx saraban backup verify --identity FILE',
      en: 'Whoever holds the key proves all of it with: npx saraban backup verify --identity FILE',
    });
    run.findings.outcome = run.findings.faults.length === 0 ? 'partly' : 'failed';
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sealAt(run: Run, path: string, work: string): Promise<Sealed | null> {
  try {
    const local = await bring(run.place, path, work);
    return await sealOf(local).finally(() => rm(local, { force: true }));
  } catch (error) {
    const fault = faultOf(run.place.name, path, error);
    if (fault === null) throw error;
    run.addFaults([fault]);
    return null;
  }
}
