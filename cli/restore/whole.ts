/** A whole appliance out of a copy, onto an empty machine. Killed anywhere, the same command begins anew: letters that are here already are kept, the rest is made again. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DamagedCopy } from '../../backup/restore/fault.ts';
import { diskNeed, type OpenedCopy, refuseFullDisk } from '../../backup/restore/rebuild.ts';
import { claimDatabase, dropClaim, planOf, type Restored, type RestoreStep, restoreAppliance } from '../../backup/restore/restore.ts';
import { type LastNumber, selectLastNumbers } from '../../backup/restore/settle.ts';
import type { Settings } from '../../config/settings.ts';
import { type ConnectionOptions, openDatabase } from '../../register/db/connect.ts';
import { asFailure } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { type VerifyReport, verify } from '../../register/verify.ts';
import { lockAppliance } from '../appliance/lock.ts';
import { usage } from '../arguments.ts';
import { openClock } from '../clock.ts';
import { type CommandContext, DONE, FAILED } from '../command.ts';
import { SILENT } from '../log.ts';
import { startPostgres } from '../postgres/start-postgres.ts';
import { readyDatabase } from '../ready-database.ts';
import { type RestoreMark, readRestoreMark, removeRestoreMark, writeRestoreMark } from '../restore-marker.ts';
import { officerAtTerminal } from '../with-register.ts';
import { askToGoOn, describeFaults, describePlan } from './ask.ts';
import { describeLost, enterLost, parseNext } from './numbers.ts';
import { type CopyWanted, openWanted } from './source.ts';

const PROGRESS_MS = 2_000;

const STEPS: Record<RestoreStep, string> = {
  files: 'วางกุญแจและไฟล์ประกอบ · Laying down keys and files',
  database: 'กู้คืนฐานข้อมูล · Restoring the database',
  tables: 'กู้คืนตาราง · Restoring tables',
  migrations: 'ปรับฐานข้อมูลให้ตรงรุ่นโปรแกรม · Bringing the database up to this program',
  letters: 'กู้คืนหนังสือและไฟล์แนบ · Restoring letters and files',
  settling: 'จัดการงานที่ค้างส่ง · Settling what was on its way',
};

export interface WholeWanted extends CopyWanted {
  to: string | undefined;
  next: string | undefined;
  agency: string | undefined;
  acceptDamage: boolean;
}

export async function restoreWhole(wanted: WholeWanted, context: CommandContext): Promise<number> {
  const next = wanted.next === undefined ? [] : parseNext(wanted.next);
  const data = wanted.to === undefined ? context.settings().data : resolve(wanted.to);
  const settings = { ...context.settings(), data };
  await mkdir(data, { recursive: true, mode: 0o700 });
  const before = await readRestoreMark(data);
  if (before === null) await refuseRegister(data);
  else
    context.note(
      `พบการกู้คืนที่ค้างอยู่ (${before.copyId}) จะเริ่มใหม่โดยใช้ไฟล์ที่กู้มาแล้ว · Found an unfinished restore of ${before.copyId}: it is begun anew, files that are here are kept`,
    );
  const lock = await lockAppliance(data);
  const work = join(data, 'restore-work');
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { mode: 0o700 });
    const opened = await openWanted(wanted, settings, data, work, context);
    const need = diskNeed(opened);
    const bytes = need.blobs + need.database + need.scratch;
    const plan = planOf(opened);
    context.note(describePlan(plan, data, bytes));
    if (next.length > 0 && wanted.agency === undefined && plan.agencies.length > 1)
      throw usage('--next: มีหลายส่วนราชการ โปรดระบุ --agency', 'several agencies are in this copy: say which with --agency');
    await refuseFullDisk(data, before === null ? bytes : need.database + need.scratch);
    if (!(await askToGoOn(context, wanted.yes))) {
      context.answer('ไม่ได้กู้คืน · Nothing was restored.', { restored: false });
      return FAILED;
    }
    const began = performance.now();
    const place = opened.source.place.name;
    const mark: RestoreMark = { copyId: plan.copyId, place, nonce: before?.nonce || randomUUID(), startedAt: new Date().toISOString() };
    // Never a mixture of two copies.
    if (before !== null && before.copyId !== plan.copyId) await rm(join(data, 'blobs'), { recursive: true, force: true });
    await writeRestoreMark(data, mark);
    return await withServer(settings, connection => restoreInto(connection, { wanted, settings, opened, mark, next, began }, context));
  } catch (error) {
    if (!(error instanceof DamagedCopy)) throw asFailure(error);
    context.answer(`กู้คืนไม่ได้ · The copy cannot be restored.\n${describeFaults(error.faults)}`, { restored: false, faults: error.faults });
    return FAILED;
  } finally {
    await rm(work, { recursive: true, force: true });
    lock.release();
  }
}

interface Run {
  wanted: WholeWanted;
  settings: Settings;
  opened: OpenedCopy;
  mark: RestoreMark;
  next: ReturnType<typeof parseNext>;
  began: number;
}

async function restoreInto(connection: ConnectionOptions, run: Run, context: CommandContext): Promise<number> {
  const { settings, opened, mark, wanted } = run;
  const now = openClock(settings.clockStart);
  const db = openDatabase(connection, { role: 'owner', max: 2, name: 'restore' });
  try {
    if ((await claimDatabase(db, mark.nonce)) === 'refused') throw notEmpty();
    const by = { ...officerAtTerminal(0), id: null };
    const restored = await restoreAppliance({
      opened,
      data: settings.data,
      connection,
      prepare: readyDatabase,
      by,
      now,
      onStep: step => context.note(STEPS[step]),
      onProgress: progressOf(context),
    });
    const lost = await enterLost(db, run.next, wanted.agency, by, { now: now(), copyId: mark.copyId });
    context.note('ตรวจทะเบียนและไฟล์ทั้งหมด… · Verifying the whole register…');
    const report = await verify({ db, store: await openFolderStore(join(settings.data, 'blobs')) });
    const faults = report.faults.length;
    const whole = faults === 0 || wanted.acceptDamage;
    if (whole) {
      await dropClaim(db);
      await removeRestoreMark(settings.data);
    } else await writeRestoreMark(settings.data, { ...mark, faults });
    const lastNumbers = await selectLastNumbers(db);
    const ms = Math.round(performance.now() - run.began);
    context.answer(describe({ restored, report, lastNumbers, lost, ms, whole, mark }), {
      restored: whole,
      copy: mark.copyId,
      upTo: planOf(opened).upTo,
      milliseconds: ms,
      settled: restored.settled,
      lastNumbers,
      lost,
      settingsFile: restored.settingsFile,
      copyFaults: restored.faults,
      verify: report,
    });
    return faults === 0 ? DONE : FAILED;
  } finally {
    await db.end({ timeout: 5 });
  }
}

function describe(of: {
  restored: Restored;
  report: VerifyReport;
  lastNumbers: LastNumber[];
  lost: Awaited<ReturnType<typeof enterLost>>;
  ms: number;
  whole: boolean;
  mark: RestoreMark;
}): string {
  const { restored, report, lastNumbers, lost, ms, whole, mark } = of;
  const { entries, acts, blobs, faults } = report;
  const lines = [
    faults.length === 0
      ? `กู้คืนและตรวจแล้ว ครบถ้วนถูกต้อง ใช้เวลา ${(ms / 1000).toFixed(1)} วินาที · Restored and verified, everything holds, in ${(ms / 1000).toFixed(1)} s`
      : `กู้คืนแล้วแต่พบข้อผิดพลาด ${faults.length} รายการ · Restored, but ${faults.length} faults were found`,
    `  รายการ entries ${entries}, การกระทำ acts ${acts}, ไฟล์ files ${blobs}`,
    `  แจ้งผลการรับที่ต้องให้เจ้าหน้าที่ตัดสินใจ acknowledgements for an officer to decide: ${restored.settled.acknowledgements}`,
    ...faults.slice(0, 20).map(({ invariant, object, problem }) => `  ! ${invariant} ${object}: ${problem}`),
  ];
  if (restored.faults.length > 0) lines.push(describeFaults(restored.faults));
  if (restored.settingsFile !== null)
    lines.push(
      `  การตั้งค่าของเครื่องเดิมอยู่ที่ ${restored.settingsFile} ในโฟลเดอร์ข้อมูล · The lost machine's settings lie in the data folder: ${restored.settingsFile}`,
    );
  lines.push(...lost.map(describeLost));
  lines.push(
    '  เลขที่ออกหลังทำสำเนาไม่อยู่ในสำเนานี้ เลขล่าสุดที่รู้คือ · Numbers given after the copy are not in it; the last ones known are:',
    ...lastNumbers.map(one => `    ${one.agency} ${one.register} ${one.lastNumber}/${one.year}`),
    '  ถ้าผู้ส่งอาจได้เลขที่สูงกว่านี้ ให้ข้ามเลขเหล่านั้นก่อนเปิดรับหนังสือ · If a sender may hold a higher one, pass over those before letters come in:',
    '    npx saraban restore numbers receive=NUMBER --agency CODE',
  );
  if (!whole)
    lines.push(
      `  ระบบยังเปิดไม่ได้ · The appliance will not start on it (${mark.copyId}): กู้คืนจากสำเนาอื่น หรือ npx saraban restore accept · restore another copy, or: npx saraban restore accept`,
    );
  return lines.join('\n');
}

function progressOf(context: CommandContext): (bytes: number) => void {
  let bytes = 0;
  let saidAt = Date.now();
  return more => {
    bytes += more;
    if (Date.now() - saidAt < PROGRESS_MS) return;
    saidAt = Date.now();
    context.note(`ดึงกลับมาแล้ว ${(bytes / 1024 ** 2).toFixed(0)} MiB · fetched`);
  };
}

async function withServer<T>(settings: Settings, work: (connection: ConnectionOptions) => Promise<T>): Promise<T> {
  if (settings.databaseUrl !== null) return await work({ url: settings.databaseUrl });
  const server = await startPostgres({ dataFolder: settings.data, log: SILENT });
  try {
    return await work(server.connection);
  } finally {
    await server.stop();
  }
}

/** @throws Failure `not-empty` when the data folder holds a register, or any letter */
async function refuseRegister(data: string): Promise<void> {
  const cluster = await stat(join(data, 'postgres', 'cluster')).catch(() => null);
  if (cluster === null && !(await holdsBlobs(join(data, 'blobs')))) return;
  throw new Failure({
    code: 'not-empty',
    temporary: false,
    message: `${data} holds a register already`,
    userMessage: {
      th: `${data} มีทะเบียนอยู่แล้ว การกู้คืนไม่เขียนทับ โปรดระบุโฟลเดอร์ว่างด้วย --to หรือย้ายโฟลเดอร์เดิมออกก่อน`,
      en: `${data} holds a register already, and a restore writes over nothing: name an empty folder with --to, or move the old one away first.`,
    },
  });
}

async function holdsBlobs(root: string): Promise<boolean> {
  for (const folder of await readdir(root).catch(() => []))
    for (const name of await readdir(join(root, folder)).catch(() => [])) if (/^[0-9a-f]{64}$/.test(name)) return true;
  return false;
}

function notEmpty(): Failure {
  return new Failure({
    code: 'database-not-empty',
    temporary: false,
    message: 'the database is not empty',
    userMessage: {
      th: 'ฐานข้อมูลตาม SARABAN_DATABASE_URL ไม่ว่าง การกู้คืนไม่เขียนทับ โปรดใช้ฐานข้อมูลที่สร้างใหม่',
      en: 'The database of SARABAN_DATABASE_URL is not empty, and a restore writes over nothing: use one that was just created.',
    },
  });
}
