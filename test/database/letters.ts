/** Letters and officers for tests with a database: a letter enters by the same door as a real one. */
import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import type { Entered, InboundMessage, Judgement } from '../../register/enter.ts';
import type { Officer, RegisterContext, Role } from '../../register/officer.ts';
import { createWriter } from '../../register/one-writer.ts';
import type { FreshDatabase } from './fresh.ts';

/** 22 November 2026, 10:00 in Bangkok. */
export const TEST_TIME = new Date('2026-11-22T03:00:00.000Z');

export function testContext(fresh: FreshDatabase, now: () => Date = () => TEST_TIME): RegisterContext {
  return { db: fresh.db, jobs: fresh.jobs, store: fresh.store, now };
}

/** An officer who needs no account: what an act sees of a person. */
export function testOfficer(agencyId: number, role: Role, change: Partial<Officer> = {}): Officer {
  return { id: randomUUID(), name: `test ${role}`, peer: '127.0.0.1', agencyId, role, unitIds: [], appointed: false, ...change };
}

/** Hands a mail to the one writer. `text` are its bytes. */
export async function enterMail(
  fresh: FreshDatabase,
  agencyId: number,
  text: string | Buffer,
  change: Partial<InboundMessage> = {},
  judgement: Judgement = { disposition: 'letter' },
): Promise<Entered & { messageId: string }> {
  const { sha256, size } = await fresh.store.put(Buffer.from(text));
  const id = uuidv7();
  const writer = createWriter(fresh.db, fresh.jobs, () => change.receivedAt ?? TEST_TIME);
  const [entered] = await writer.enter({
    id,
    sha256,
    size,
    receivedAt: TEST_TIME,
    envelopeFrom: 'somchai@sender.example',
    peer: { address: '127.0.0.1', name: '', helo: 'sender.example', protocol: 'ESMTP', tls: null },
    headerMessageId: null,
    subject: 'ขอเชิญประชุม',
    fromName: 'สมชาย ใจดี',
    fromAddress: 'somchai@sender.example',
    urgency: 'normal',
    secrecy: 'normal',
    notes: [],
    trust: {},
    addressees: [{ agencyId, addresses: ['saraban@agency.example'], judgement }],
    ...change,
  });
  if (entered === undefined) throw new Error('nothing entered');
  return { ...entered, messageId: id };
}

/** A letter with an entry. @returns the entry's id */
export async function enterLetter(
  fresh: FreshDatabase,
  agencyId: number,
  text: string,
  change: Partial<InboundMessage> = {},
): Promise<string> {
  const entered = await enterMail(fresh, agencyId, text, change);
  if (entered.outcome !== 'entered') throw new Error(`not entered: ${entered.outcome}`);
  return entered.entryId;
}

/** An account without a password. @returns its id */
export async function addTestAccount(
  fresh: FreshDatabase,
  agencyId: number,
  login: string,
  role: Role,
  unitIds: string[] = [],
  appointed = false,
): Promise<string> {
  const id = uuidv7();
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
    await tx`INSERT INTO account (agency_id, id, login, name, role, password_hash, appointed) VALUES (${agencyId}, ${id}, ${login}, ${login}, ${role}, 'none', ${appointed})`;
    for (const unitId of unitIds)
      await tx`INSERT INTO account_unit (agency_id, account_id, unit_id) VALUES (${agencyId}, ${id}, ${unitId})`;
  });
  return id;
}
