/** API tokens. The token itself is shown once; only its SHA-256 is kept. */
import { v7 as uuidv7 } from 'uuid';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { ActOutcome, Officer, RegisterContext, Role } from '../officer.ts';
import { insertToken, selectActiveUnits, updateRevoked } from './queries.ts';
import { hashToken, newToken } from './token-hash.ts';

export interface NewToken {
  name: string;
  role: Exclude<Role, 'provider'>;
  /** For the role 'unit': the units it works for. */
  unitIds?: string[] | undefined;
  expiresAt?: Date | null | undefined;
}

/** Makes a token for a program. It never sees classified letters (I10). */
export async function addToken(
  context: RegisterContext,
  officer: Officer,
  input: NewToken,
): Promise<ActOutcome<{ tokenId: string; token: string }>> {
  return await actInOffice<{ tokenId: string; token: string }>(context, officer, 'manage-tokens', async (tx, at) => {
    const checks = new Checks();
    const name = checks.text('name', input.name, { most: 200, required: true });
    const role = checks.oneOf('role', input.role, ['administrator', 'saraban', 'unit', 'auditor'] as const);
    const given = input.unitIds ?? [];
    const unitIds = Array.isArray(given) ? [...new Set(given.filter(isId).map(id => id.toLowerCase()))] : [];
    const known = !Array.isArray(given) || given.some(id => !isId(id)) ? null : await selectActiveUnits(tx, unitIds);
    if (known === null || known.length !== unitIds.length)
      checks.fault('unitIds', 'มีหน่วยงานที่ไม่มีอยู่หรือปิดไปแล้ว', 'One of the units does not exist or is closed.');
    else if (role === 'unit' && unitIds.length === 0) checks.fault('unitIds', 'โปรดเลือกหน่วยงานอย่างน้อยหนึ่งแห่ง', 'Choose at least one unit.');
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && !(expiresAt instanceof Date && expiresAt.getTime() > at.getTime())) {
      checks.fault('expiresAt', 'ต้องเป็นเวลาในอนาคต', 'Must be a time in the future.');
    }
    if (checks.invalid !== null || role === null) return checks.invalid ?? { outcome: 'not-found' };
    const token = newToken();
    const tokenId = uuidv7();
    await insertToken(tx, { agencyId: officer.agencyId, id: tokenId, name, sha256: hashToken(token) as Buffer, role, unitIds, expiresAt });
    const detail = { tokenId, name, role, unitIds, expiresAt: expiresAt?.toISOString() ?? null };
    await insertAct(tx, officer, at, { register: 'office', kind: 'token-added', detail });
    return { outcome: 'done', tokenId, token };
  });
}

/** Ends a token at once. One that is ended already is not found. */
export async function revokeToken(context: RegisterContext, officer: Officer, input: { tokenId: string }): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-tokens', async (tx, at) => {
    const name = isId(input.tokenId) ? await updateRevoked(tx, input.tokenId, at) : null;
    if (name === null) return { outcome: 'not-found' };
    await insertAct(tx, officer, at, { register: 'office', kind: 'token-revoked', detail: { tokenId: input.tokenId.toLowerCase(), name } });
    return { outcome: 'done' };
  });
}
