/**
 * An agency leaves for good. It is suspended first, so that senders keep their letters and try again ("450"); exported; and only when nothing was written
 * since the export is it marked as gone ("550"). Two appliances never give numbers for one agency: the other one takes over from here.
 */

import { insertAct } from '../../register/act/queries.ts';
import type { Transaction } from '../../register/db/connect.ts';
import { type Actor, useAgency } from '../../register/db/transaction.ts';
import { type AgencyExportContext, type AgencyExported, type AgencyExportOptions, exportAgency } from './export.ts';
import { noSuchAgency, refusal } from './failures.ts';
import { selectAgency } from './letter-queries.ts';
import { lockSeries, setAgencyState } from './queries.ts';

/**
 * @param actor - who did it, for the agency's own log
 * @throws as exportAgency; Failure `agency-went-on` when something was entered between the export and its end: the agency stays suspended, the file stays,
 * and the export is to be done again under another name
 */
export async function leave(
  context: AgencyExportContext,
  options: AgencyExportOptions,
  file: string,
  actor: Actor,
): Promise<AgencyExported> {
  const before = (await context.db.begin(async tx => {
    const agency = await selectAgency(tx, options.code);
    if (agency === null) throw noSuchAgency(options.code);
    await setAgencyState(tx, agency.id, 'suspended');
    return agency;
  })) as { id: number; state: 'active' | 'suspended' | 'left' };
  let exported: AgencyExported;
  try {
    exported = await exportAgency(context, options, file);
  } catch (error) {
    await context.db.begin(tx => setAgencyState(tx, before.id, before.state));
    throw error;
  }
  await context.db.begin(tx => settle(tx, context.now(), exported, actor));
  return exported;
}

async function settle(tx: Transaction, at: Date, exported: AgencyExported, actor: Actor): Promise<void> {
  const { id, code } = exported.agency;
  await useAgency(tx, id, actor);
  const text = (series: AgencyExported['series']) =>
    series
      .map(one => `${one.series} ${one.year} ${one.lastNumber} ${one.headHash}`)
      .sort()
      .join('\n');
  if (text(await lockSeries(tx, id)) !== text(exported.series)) {
    throw refusal('agency-went-on', `something was entered for ${code} since the export`, {
      th: `มีรายการใหม่ของ ${code} เข้ามาหลังส่งออก จึงยังไม่ปิดส่วนราชการ (คงสถานะระงับไว้) โปรดส่งออกอีกครั้งด้วยชื่อไฟล์ใหม่`,
      en: `Something was entered for ${code} since the export, so it has not left (it stays suspended). Export again under another name.`,
    });
  }
  await insertAct(tx, { ...actor, agencyId: id }, at, {
    register: 'office',
    kind: 'agency-changed',
    detail: { state: 'left', exportManifestSha256: exported.manifestSha256, keyFingerprint: exported.fingerprint },
  });
  await setAgencyState(tx, id, 'left');
}
