/** `saraban token`: tokens for programs that use the API. A token is shown once, when it is made; the register keeps only its hash. */
import { getAgency, listTokens, listUnits, type TokenRow } from '../register/look/office.ts';
import { addToken, revokeToken } from '../register/office/tokens.ts';
import type { Role } from '../register/officer.ts';
import { done } from './act-outcome.ts';
import { choiceOf, listOf, readArguments, runPart, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { readExpiry } from './expiry.ts';
import { table } from './table.ts';
import { unitOfCode } from './unit-of-code.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

const ROLES: Exclude<Role, 'provider'>[] = ['administrator', 'saraban', 'unit', 'auditor'];

export async function token(args: string[], context: CommandContext): Promise<number> {
  return await runPart('token', { create, list, revoke }, args, context);
}

async function create(args: string[], context: CommandContext): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { agency: text, name: text, role: text, units: text, expires: text };
  const { values } = readArguments(args, options, { required: ['name', 'role'] });
  const name = textOf(values, 'name') ?? '';
  const role = choiceOf('--role', textOf(values, 'role') ?? '', ROLES);
  const codes = listOf(values, 'units');
  if (role === 'unit' && codes.length === 0) throw usage('--role unit ต้องระบุ --units ด้วย', 'a token of the role unit needs --units');
  const expires = textOf(values, 'expires');
  // Before anything is opened: a slip in the date must not cost a start of the database.
  if (expires !== undefined) readExpiry(expires, new Date(), 'UTC');
  const made = await withRegister(context.settings(), async register => {
    const { id, code } = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(id);
    const units = codes.length === 0 ? [] : await listUnits(register.db, officer);
    const unitIds = codes.map(one => unitOfCode(units, '--units', one).id);
    const zone = (await getAgency(register.db, officer))?.timeZone ?? context.settings().timeZone;
    const expiresAt = expires === undefined ? null : readExpiry(expires, register.now(), zone);
    const outcome = await addToken(register, officer, { name, role, unitIds, expiresAt });
    return {
      agencyCode: code,
      expiresAt,
      ...done({ th: `โทเคน ${name}`, en: `Token ${name}` }, outcome, { unitIds: 'units', expiresAt: 'expires' }),
    };
  });
  const until = made.expiresAt === null ? 'ไม่มีวันหมดอายุ · does not expire' : `ใช้ได้ถึง · valid until ${made.expiresAt.toISOString()}`;
  const lines = [made.token, `  ${until}`, '  แสดงครั้งเดียว โปรดเก็บไว้ในที่ปลอดภัย · shown only now: keep it safe'];
  context.answer(lines.join('\n'), { agency: made.agencyCode, id: made.tokenId, name, role, expiresAt: made.expiresAt, token: made.token });
  return DONE;
}

async function list(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: { type: 'string' } });
  const { tokens, now } = await withRegister(context.settings(), async register => {
    const { id } = await chooseAgency(register.db, textOf(values, 'agency'));
    return { tokens: await listTokens(register.db, officerAtTerminal(id)), now: register.now() };
  });
  const rows = tokens.map(one => [one.id, one.name, one.role, stateOf(one, now), one.expiresAt?.toISOString() ?? '']);
  const head = ['รหัส id', 'ชื่อ name', 'บทบาท role', 'สถานะ state', 'หมดอายุ expires'];
  context.answer(table(head, rows, 'ยังไม่มีโทเคน · No token yet'), { items: tokens });
  return DONE;
}

function stateOf(row: TokenRow, now: Date): string {
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt !== null && row.expiresAt <= now ? 'expired' : 'active';
}

/** By id, or by its name where only one living token has it. */
async function revoke(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: { type: 'string' } }, { words: ['ID|NAME'] });
  const wanted = words[0] ?? '';
  const ended = await withRegister(context.settings(), async register => {
    const { id } = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(id);
    const living = (await listTokens(register.db, officer)).filter(one => one.revokedAt === null);
    const found = living.filter(one => one.id === wanted.toLowerCase() || one.name === wanted);
    if (found.length > 1)
      throw usage(
        `มีโทเคนชื่อ ${wanted} หลายรายการ โปรดใช้รหัสจาก token list`,
        `several tokens are named ${wanted}: name one by its id (token list)`,
      );
    const [only] = found;
    if (only === undefined) return done<TokenRow>({ th: `โทเคน ${wanted}`, en: `Token ${wanted}` }, { outcome: 'not-found' });
    done({ th: `โทเคน ${wanted}`, en: `Token ${wanted}` }, await revokeToken(register, officer, { tokenId: only.id }));
    return only;
  });
  context.answer(`ยกเลิกโทเคน ${ended.name} แล้ว · Token ${ended.name} revoked`, { id: ended.id, name: ended.name, revoked: true });
  return DONE;
}
