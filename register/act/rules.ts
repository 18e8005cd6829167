/** A new version of the routing rules. The newest counts; the old ones tell what held when. */
import { Checks } from '../checks.ts';
import { storable } from '../db/storable.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { checkUnits, parseRules } from '../route/rules.ts';
import { insertAct } from './queries.ts';
import { actInOffice } from './run.ts';
import { insertRules, selectNames } from './version-queries.ts';

const LONGEST = 512 * 1024;

/** Saves the text when it has no fault. A fault names its place as field `line 12`: rules with a fault are never used in part. */
export async function saveRules(
  context: RegisterContext,
  officer: Officer,
  input: { text: string },
): Promise<ActOutcome<{ version: number }>> {
  return await actInOffice<{ version: number }>(context, officer, 'manage-rules', async (tx, at) => {
    const checks = new Checks();
    if (typeof input.text !== 'string' || input.text.length > LONGEST) {
      checks.fault('text', `ต้องเป็นข้อความไม่เกิน ${LONGEST} ตัวอักษร`, `Must be text of at most ${LONGEST} characters.`);
      return checks.invalid ?? { outcome: 'not-found' };
    }
    const text = storable(input.text, LONGEST);
    const parsed = parseRules(text);
    const names = await selectNames(tx);
    const faults = parsed.outcome === 'faults' ? parsed.faults : checkUnits(parsed.rules, names.units, names.logins);
    for (const { line, message } of faults) checks.fault(`line ${line}`, message.th, message.en);
    if (checks.invalid !== null) return checks.invalid;
    const version = await insertRules(tx, { agencyId: officer.agencyId, text, savedBy: officer.name, savedAt: at });
    await insertAct(tx, officer, at, { register: 'office', kind: 'rules-saved', detail: { version } });
    return { outcome: 'done', version };
  });
}
