/** `saraban restore --agency CODE`: one agency out of a copy into an appliance that does not have it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedCopy } from '../../backup/restore/fault.ts';
import { restoreAgency } from '../../backup/restore/one-agency.ts';
import { planOf } from '../../backup/restore/restore.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { usage } from '../arguments.ts';
import { openClock } from '../clock.ts';
import { type CommandContext, DONE, FAILED } from '../command.ts';
import { withDatabase } from '../open-database.ts';
import { programVersion } from '../program-version.ts';
import { openScratch } from '../scratch-database.ts';
import { askToGoOn, describeFaults, describePlan } from './ask.ts';
import { type CopyWanted, openWanted } from './source.ts';

export async function restoreOneAgency(wanted: CopyWanted & { agency: string }, context: CommandContext): Promise<number> {
  const settings = context.settings();
  await mkdir(settings.data, { recursive: true, mode: 0o700 });
  const scratch = await openScratch(settings.data, settings.databaseUrl === null ? null : { url: settings.databaseUrl });
  try {
    const opened = await openWanted(wanted, settings, settings.data, scratch.folder, context);
    const plan = planOf(opened);
    const only = { ...plan, agencies: plan.agencies.filter(agency => agency.code === wanted.agency) };
    context.note(describePlan(only, settings.data, only.agencies[0]?.bytes ?? 0));
    if (!(await askToGoOn(context, wanted.yes))) {
      context.answer('ไม่ได้กู้คืน · Nothing was restored.', { restored: false });
      return FAILED;
    }
    const outcome = await withDatabase(settings, async connection => {
      const db = openDatabase(connection, { role: 'owner', max: 3, name: 'restore' });
      try {
        const live = {
          db,
          store: await openFolderStore(join(settings.data, 'blobs')),
          box: await openSecretBox(secretsKeyFile(settings.data)),
        };
        return await restoreAgency(opened, scratch, wanted.agency, live, {
          version: programVersion(),
          now: openClock(settings.clockStart),
        });
      } finally {
        await db.end({ timeout: 5 });
      }
    });
    if (outcome.outcome === 'not-found')
      throw usage(
        `--agency ${wanted.agency}: ไม่มีในสำเนานี้ มี ${outcome.agencies.join(', ')}`,
        `is not in this copy; there are ${outcome.agencies.join(', ')}`,
      );
    const { agency, report, settled } = outcome.imported;
    const lines = [
      `กู้คืน ${agency.code} ${agency.nameTh} แล้ว ตรวจครบถ้วน · Restored and verified: รายการ entries ${report.entries}, ไฟล์ files ${report.blobs}`,
      `  แจ้งผลการรับที่ต้องให้เจ้าหน้าที่ตัดสินใจ acknowledgements for an officer to decide: ${settled.acknowledgements}`,
      '  ส่วนราชการนี้ยังพักอยู่ ข้ามเลขที่สูญหาย (npx saraban restore numbers) แล้วจึงเปิดใช้ · It is suspended: pass over lost numbers first, then take it into use',
    ];
    if (outcome.faults.length > 0) lines.push(describeFaults(outcome.faults));
    context.answer(lines.join('\n'), { restored: true, copy: plan.copyId, ...outcome });
    return DONE;
  } catch (error) {
    if (!(error instanceof DamagedCopy)) throw error;
    context.answer(`กู้คืนไม่ได้ · The copy cannot be restored.\n${describeFaults(error.faults)}`, { restored: false, faults: error.faults });
    return FAILED;
  } finally {
    await scratch.close();
  }
}
