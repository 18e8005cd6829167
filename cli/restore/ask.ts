/** Says what a restore will do, and asks. */
import { createInterface } from 'node:readline/promises';
import type { CopyFault } from '../../backup/restore/fault.ts';
import { describeFault } from '../../backup/restore/fault.ts';
import type { RestorePlan } from '../../backup/restore/restore.ts';
import { usage } from '../arguments.ts';
import type { CommandContext } from '../command.ts';

/** Thai beside English, one fact a line. */
export function describePlan(plan: RestorePlan, to: string, need: number): string {
  const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  const lines = [
    `จะกู้คืนสำเนา ${plan.copyId} ลงใน ${to} · Will restore this copy into ${to}`,
    `  ทำสำเนาเมื่อ cut at: ${plan.cutAt}, ทำโดย made by ${plan.madeBy}`,
    plan.minutes === 0
      ? '  ไม่มีสำเนาระหว่างวันต่อท้าย · No copies between nights follow it'
      : `  สำเนาระหว่างวันอีก ${plan.minutes} ชุด ถึง ${plan.upTo} · then ${plan.minutes} copies of changes, up to ${plan.upTo}`,
  ];
  for (const agency of plan.agencies) {
    lines.push(`  ${agency.code} ${agency.nameTh}: หนังสือ letters ${agency.entries}, ไฟล์ files ${agency.blobs} (${mib(agency.bytes)})`);
    for (const one of plan.lastNumbers.filter(series => series.agency === agency.code))
      lines.push(`    ${one.series}: เลขล่าสุด last number ${one.lastNumber}/${one.year}`);
  }
  lines.push(
    `  กุญแจที่ลงนาม (เทียบกับใบเก็บรักษากุญแจ) signing key, compare it with the escrow sheet:\n    ${plan.fingerprint}`,
    `  ต้องใช้พื้นที่ room needed: ${mib(need)}`,
  );
  if (plan.faults.length > 0) lines.push(describeFaults(plan.faults));
  return lines.join('\n');
}

export function describeFaults(faults: CopyFault[]): string {
  const shown = faults.slice(0, 20).map(fault => `  ! ${describeFault(fault)}`);
  return [`พบข้อบกพร่องของสำเนา ${faults.length} รายการ · Faults of the copy: ${faults.length}`, ...shown].join('\n');
}

/** @throws UsageError when nobody can answer and `--yes` was not said @returns whether to go on */
export async function askToGoOn(context: CommandContext, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || context.json) throw usage('ไม่มีผู้ตอบคำถาม โปรดระบุ --yes', 'nobody can answer here: say --yes');
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|ใช่)$/i.test((await ask.question('กู้คืนหรือไม่ (yes/no) · Restore? (yes/no) ')).trim());
  } finally {
    ask.close();
  }
}
