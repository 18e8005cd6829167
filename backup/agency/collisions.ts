/** What an agency that moves in would share with one that is here: looked for before anything is written, and named in plain words. */
import type { Database } from '../../register/db/connect.ts';
import type { UserMessage } from '../../register/failure.ts';
import { refusal } from './failures.ts';
import { selectSharedKeys, selectTaken } from './queries.ts';
import type { ExportLook } from './read-export.ts';

/** Ids that no index keeps apart between agencies, but that are in two of them only when it is the same agency twice. (Messages may share theirs: one mail to both.) */
const OWN_IDS = [
  { table: 'entry', column: 'id' },
  { table: 'account', column: 'id' },
  { table: 'unit', column: 'id' },
];

const WORDS: Record<string, UserMessage> = {
  'agency.code': { th: 'รหัสส่วนราชการ', en: 'agency code' },
  'address.address': { th: 'ที่อยู่ไปรษณีย์อิเล็กทรอนิกส์กลาง', en: 'central address' },
  'account.login': { th: 'ชื่อผู้ใช้', en: 'login' },
  'token.token_sha256': { th: 'โทเค็น', en: 'token' },
  'entry.public_code': { th: 'รหัสตรวจสอบสาธารณะของหนังสือ', en: 'public code of a letter' },
  'number_slip.public_code': { th: 'รหัสตรวจสอบสาธารณะของใบเลขสำรอง', en: 'public code of a slip' },
  'mail.token': { th: 'รหัสติดตามจดหมายที่ส่งออก', en: 'token of a mail that was sent' },
  'entry.id': { th: 'รายการในทะเบียน', en: 'entry' },
  'account.id': { th: 'บัญชีผู้ใช้', en: 'account' },
  'unit.id': { th: 'หน่วยงาน', en: 'unit' },
};

const LOGIN = 'account.login';
const BATCH = 1_000;
const SAID_AT_MOST = 5;

export interface Collision {
  /** table.column */
  key: string;
  what: UserMessage;
  values: string[];
  count: number;
}

/** Gathers while the tables are read. */
export interface CollisionWatch extends ExportLook {
  /** What was found; empty: nothing collides. */
  found(): Collision[];
}

/** @param logins - new logins by their old ones, for those that are taken here */
export async function watchCollisions(db: Database, logins: ReadonlyMap<string, string>): Promise<CollisionWatch> {
  const shared = (await db.begin(tx => selectSharedKeys(tx))) as { table: string; column: string }[];
  const watched = new Map<string, string[]>();
  for (const { table, column } of [...shared, ...OWN_IDS]) watched.set(table, [...(watched.get(table) ?? []), column]);
  const waiting = new Map<string, string[]>();
  const collisions = new Map<string, Collision>();

  const ask = async (key: string): Promise<void> => {
    const values = waiting.get(key) ?? [];
    waiting.delete(key);
    const [table = '', column = ''] = key.split('.');
    for (let from = 0; from < values.length; from += BATCH) {
      const taken = (await db.begin(tx => selectTaken(tx, table, column, values.slice(from, from + BATCH)))) as string[];
      if (taken.length === 0) continue;
      const one = collisions.get(key) ?? { key, what: WORDS[key] ?? { th: key, en: key }, values: [], count: 0 };
      one.values.push(...taken.slice(0, SAID_AT_MOST - one.values.length));
      one.count += taken.length;
      collisions.set(key, one);
    }
  };

  return {
    onRow(table, field) {
      for (const column of watched.get(table) ?? []) {
        const key = `${table}.${column}`;
        const read = field(column);
        if (read === null) continue;
        const value = key === LOGIN ? (logins.get(read) ?? read) : read;
        const values = waiting.get(key);
        if (values === undefined) waiting.set(key, [value]);
        else values.push(value);
      }
    },
    async afterRows() {
      for (const key of [...waiting.keys()]) await ask(key);
    },
    found: () => [...collisions.values()],
  };
}

/** @throws Failure `import-collides` naming everything that does, when anything does */
export function refuseCollisions(code: string, collisions: Collision[]): void {
  if (collisions.length === 0) return;
  const list = (language: 'th' | 'en') =>
    collisions
      .map(
        ({ what, values, count }) => `${what[language]} ${values.join(', ')}${count > values.length ? ` (+${count - values.length})` : ''}`,
      )
      .join('; ');
  // A login alone is no sign of the same agency twice: every first administrator is called admin.
  const [only] = collisions.length === 1 && collisions[0]?.key === LOGIN ? collisions[0].values : [];
  const hint =
    only === undefined
      ? { th: '', en: '' }
      : { th: ` ให้ชื่อผู้ใช้ใหม่ได้ด้วย --login ${only}=${only}@${code}`, en: ` Give a new login with --login ${only}=${only}@${code}.` };
  throw refusal('import-collides', `the agency ${code} collides with what is here: ${list('en')}`, {
    th: `นำเข้า ${code} ไม่ได้ เพราะมีอยู่ในระบบนี้แล้ว: ${list('th')} จึงยังไม่ได้เขียนสิ่งใด${hint.th}`,
    en: `${code} cannot move in, for these are here already: ${list('en')}. Nothing was written.${hint.en}`,
  });
}
