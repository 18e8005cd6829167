/**
 * Numbers that were given after the copy was cut and are lost with the machine. A sender may hold one of them in an acknowledgement, so none may be given
 * again (I3): each is entered as a cancelled entry that says what became of it. Written past no trigger: the register numbers and chains them like any other.
 */
import { v7 as uuidv7 } from 'uuid';
import { insertAct } from '../../register/act/queries.ts';
import type { Database } from '../../register/db/connect.ts';
import { type Actor, inAgency } from '../../register/db/transaction.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';
import { newPublicCode, registerYear } from '../../register/number.ts';
import { selectCalendar } from '../../register/queries.ts';

export interface LostNumbers {
  register: RegisterName;
  /** In the agency's era; the year it is now when not said. */
  year?: number | undefined;
  /** The number the next letter shall get. */
  next: number;
}

export type LostOutcome =
  | { outcome: 'done'; register: RegisterName; year: number; from: number; to: number }
  /** The register is there already, or further. */
  | { outcome: 'nothing'; register: RegisterName; year: number; lastNumber: number }
  /** More than anybody lost between two copies: a slip of the keyboard, and cancelled numbers stay for ever. */
  | { outcome: 'too-many'; register: RegisterName; year: number; count: number; most: number }
  | { outcome: 'not-yet'; year: number };

export const MOST_LOST = 20_000;

const REASON = (copyId: string) =>
  `เลขสูญหายจากการกู้คืนระบบ อาจออกให้ผู้ส่งไปแล้วหลังทำสำเนา${copyId === '' ? '' : ` ${copyId}`} จึงไม่ใช้ซ้ำ · Number lost in a restore: it may have been given to a sender after the copy was made, and is not used again`;

/**
 * Enters and cancels every number from the register's last to `next - 1`, in one transaction.
 * @param db - as the application or the owner
 */
export async function enterLostNumbers(
  db: Database,
  agencyId: number,
  by: Actor,
  lost: LostNumbers,
  options: { now: Date; copyId: string },
): Promise<LostOutcome> {
  return await inAgency(db, agencyId, by, async tx => {
    const calendar = await selectCalendar(tx, agencyId);
    const thisYear = registerYear(options.now, calendar);
    const year = lost.year ?? thisYear;
    if (year > thisYear) return { outcome: 'not-yet', year };
    const [series] = await tx<{ lastNumber: number }[]>`
      SELECT last_number AS "lastNumber" FROM series WHERE agency_id = ${agencyId} AND series = ${lost.register} AND year = ${year}`;
    const lastNumber = series?.lastNumber ?? 0;
    const count = lost.next - 1 - lastNumber;
    if (count <= 0) return { outcome: 'nothing', register: lost.register, year, lastNumber };
    if (count > MOST_LOST) return { outcome: 'too-many', register: lost.register, year, count, most: MOST_LOST };
    const reason = REASON(options.copyId);
    // A number of a year that is over lies in that year, at its very end.
    const [instant] = await tx<{ at: Date }[]>`
      SELECT least(${options.now}::timestamptz, make_timestamptz(${year - eraOf(calendar.calendar)}, 12, 31, 23, 59, 59.999, ${calendar.timeZone})) AS at`;
    const at = instant?.at ?? options.now;
    for (let number = lastNumber + 1; number < lost.next; number++) {
      const id = uuidv7();
      const [row] = await tx<{ number: number }[]>`
        INSERT INTO entry (agency_id, id, register, year, received_at, entered_at, public_code, subject)
        VALUES (${agencyId}, ${id}, ${lost.register}, ${year}, ${at}, ${at}, ${newPublicCode()}, ${'เลขสูญหายจากการกู้คืนระบบ'}) RETURNING number`;
      if (row?.number !== number) throw new Error(`the register gave ${row?.number}, not ${number}`);
      await tx`UPDATE entry SET state = 'cancelled', state_reason = ${reason} WHERE agency_id = ${agencyId} AND id = ${id}`;
      await insertAct(tx, { ...by, agencyId }, options.now, {
        register: lost.register,
        entryId: id,
        kind: 'cancelled',
        detail: { reason, lost: true },
      });
    }
    return { outcome: 'done', register: lost.register, year, from: lastNumber + 1, to: lost.next - 1 };
  });
}

function eraOf(calendar: string): number {
  return calendar === 'buddhist' ? 543 : 0;
}
