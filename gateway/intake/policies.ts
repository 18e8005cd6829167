/** The policies of the agencies, for smtp.ts and receive.ts: read from the register, kept for a moment. */
import type { Database } from '../../register/db/connect.ts';
import { type Policy, policyOf } from '../../register/policy/policy.ts';
import { selectPolicies } from './queries.ts';

export interface AgencyPolicy extends Policy {
  /** For the sender who is refused. */
  agencyName: string;
  phone: string;
}

export interface Policies {
  /** @throws Failure `database-away` */
  of(agencyId: number): Promise<AgencyPolicy>;
}

// As long as the addresses are kept (recipients.ts): a policy that was saved counts at once, for a person's idea of at once.
const KEEP_MS = 2_000;

export function createPolicies(db: Database, now: () => number = Date.now): Policies {
  let all: Promise<Map<number, AgencyPolicy>> | null = null;
  let readAt = 0;

  async function read(): Promise<Map<number, AgencyPolicy>> {
    if (all === null || now() - readAt > KEEP_MS) {
      readAt = now();
      const reading = selectPolicies(db).then(
        rows =>
          new Map(
            rows.map(row => [row.id, { ...policyOf({ policy: row.policy ?? {} }), agencyName: row.nameEn || row.code, phone: row.phone }]),
          ),
      );
      reading.catch(() => {
        if (all === reading) all = null;
      });
      all = reading;
    }
    return await all;
  }

  return {
    async of(agencyId) {
      return (await read()).get(agencyId) ?? { ...policyOf({}), agencyName: '', phone: '' };
    },
  };
}
