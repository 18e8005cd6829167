/** `saraban restore accept`: starts on a register whose restore ended with faults, because no better copy is left. Verify goes on naming them. */
import { dropClaim } from '../../backup/restore/restore.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { readArguments, usage } from '../arguments.ts';
import { type CommandContext, DONE } from '../command.ts';
import { withDatabase } from '../open-database.ts';
import { readRestoreMark, removeRestoreMark } from '../restore-marker.ts';

export async function acceptDamage(args: string[], context: CommandContext): Promise<number> {
  readArguments(args, {});
  const settings = context.settings();
  const mark = await readRestoreMark(settings.data);
  if (mark?.faults === undefined) throw usage('ไม่มีการกู้คืนที่จบลงพร้อมข้อผิดพลาดให้ยอมรับ', 'there is no restore here that ended with faults');
  await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'owner', max: 1, name: 'restore' });
    await dropClaim(db).finally(() => db.end({ timeout: 5 }));
  });
  await removeRestoreMark(settings.data);
  context.answer(`ยอมรับทะเบียนที่มีข้อผิดพลาด ${mark.faults} รายการแล้ว · Accepted, with ${mark.faults} faults: npx saraban verify names them.`, {
    accepted: true,
    copy: mark.copyId,
    faults: mark.faults,
  });
  return DONE;
}
