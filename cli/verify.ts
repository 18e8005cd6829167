/** `saraban verify`: proves the register (I2-I6, I11) over the whole database and blob store, and names whatever does not hold. Changes nothing. */
import { join } from 'node:path';
import { openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { openFolderStore, type Store } from '../register/store/folder.ts';
import { type VerifyReport, verify as verifyRegister } from '../register/verify.ts';
import { readArguments } from './arguments.ts';
import { type CommandContext, DONE, FAILED } from './command.ts';
import { withDatabase } from './open-database.ts';

const PROGRESS_MS = 2_000;

/** Exit 1 when anything is at fault. `--fast` looks at the blobs' presence and size alone, without reading their bytes again. */
export async function verify(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { fast: { type: 'boolean' } });
  const settings = context.settings();
  const readBlobs = values.fast !== true;
  context.note('กำลังตรวจทะเบียน… · Reading the register…');
  const report = await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'owner', max: 1, name: 'verify' });
    try {
      const store = await openFolderStore(join(settings.data, 'blobs'));
      return await verifyRegister({ db, store: withProgress(store, context), readBlobs });
    } catch (error) {
      throw asFailure(error);
    } finally {
      await db.end({ timeout: 5 });
    }
  });
  context.answer(describe(report, readBlobs), { ok: report.faults.length === 0, blobsRead: readBlobs, ...report });
  return report.faults.length === 0 ? DONE : FAILED;
}

/** The same store; says from time to time how far the reading of the blobs has come. */
function withProgress(store: Store, context: CommandContext): Store {
  let files = 0;
  let saidAt = Date.now();
  return {
    ...store,
    size(sha256) {
      files += 1;
      if (Date.now() - saidAt >= PROGRESS_MS) {
        saidAt = Date.now();
        context.note(`ตรวจไฟล์แล้ว ${files} · ${files} files checked`);
      }
      return store.size(sha256);
    },
  };
}

function describe({ agencies, entries, acts, blobs, bytes, faults }: VerifyReport, readBlobs: boolean): string {
  const what = [
    `ส่วนราชการ agencies ${agencies}, รายการ entries ${entries}, การกระทำ acts ${acts}`,
    `ไฟล์ files ${blobs} (${(bytes / 1024 ** 2).toFixed(1)} MiB${readBlobs ? '' : ', ไม่ได้อ่านซ้ำ not read again'})`,
  ].join(', ');
  if (faults.length === 0) return `ถูกต้องครบถ้วน · Everything holds: ${what}`;
  const lines = faults.map(({ invariant, object, problem }) => `  ${invariant}  ${object}: ${problem}`);
  return [`พบข้อผิดพลาด ${faults.length} รายการ · ${faults.length} faults: ${what}`, ...lines].join('\n');
}
