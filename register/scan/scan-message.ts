/**
 * Handler of the job 'scan-message': the bytes of a message as they came are shown to the virus scanner. Queued by finish-reading.ts where a scanner is configured.
 * A letter that was entered keeps its number whatever is found (I5): it is marked, and the officer alerted. A scanner that is away delays no letter: the message
 * is marked as not scanned, and the job is run again.
 */
import type { Readable } from 'node:stream';
import { insertAct, notifyChanged } from '../act/queries.ts';
import type { Database } from '../db/connect.ts';
import { storable } from '../db/storable.ts';
import { type Actor, inAgency } from '../db/transaction.ts';
import { Failure } from '../failure.ts';
import type { Payloads } from '../jobs/queues.ts';
import { type ClamdAddress, type Scanned, scanStream } from './clamd.ts';
import { lockMessageToScan, selectMessageToScan, updateScan } from './queries.ts';

export interface ScanContext {
  db: Database;
  store: { stream(sha256: string): Readable };
  now: () => Date;
  clamd: ClamdAddress;
  /** Milliseconds without a byte in either direction. */
  timeoutMs: number;
}

const SCANNER: Actor = { id: null, name: 'Saraban', peer: 'scanner' };

/**
 * @returns what was found, for the log
 * @throws Failure `scanner-away` (temporary) after it has marked the message as not scanned
 */
export async function scanMessage(context: ScanContext, payload: Payloads['scan-message']): Promise<Scanned['outcome'] | 'left-alone'> {
  const { agencyId, messageId } = payload;
  const message = await inAgency(context.db, agencyId, SCANNER, tx => selectMessageToScan(tx, messageId));
  if (message === null) return 'left-alone';
  const bytes = context.store.stream(message.sha256);
  const scanned = await scanStream(context.clamd, bytes, context.timeoutMs);
  bytes.destroy();
  await keep(context, agencyId, messageId, scanned);
  if (scanned.outcome === 'not-scanned' && scanned.again) {
    throw new Failure({
      code: 'scanner-away',
      temporary: true,
      message: `the virus scanner gave no verdict: ${scanned.why}`,
      userMessage: { th: 'เครื่องตรวจไวรัสไม่ตอบ', en: 'The virus scanner gave no answer.' },
    });
  }
  return scanned.outcome;
}

async function keep(context: ScanContext, agencyId: number, messageId: string, scanned: Scanned): Promise<void> {
  await inAgency(context.db, agencyId, SCANNER, async tx => {
    const before = await lockMessageToScan(tx, messageId);
    // What was found once is not taken back by a scanner that is away now, nor by one that has forgotten it.
    if (before === null || before.scan === 'infected') return;
    if (scanned.outcome === 'not-scanned' && before.scan === 'clean') return;
    const at = context.now();
    const name = scanned.outcome === 'infected' ? scanned.name : scanned.outcome === 'not-scanned' ? scanned.why : '';
    await updateScan(tx, messageId, { result: scanned.outcome, name: storable(name, 200), at });
    await notifyChanged(tx, agencyId);
    if (scanned.outcome !== 'infected') return;
    const about =
      before.entryId === null ? { register: 'office' as const } : { register: before.register ?? 'receive', entryId: before.entryId };
    await insertAct(tx, { ...SCANNER, agencyId }, at, {
      ...about,
      kind: 'found-infected',
      detail: { messageId, name: storable(scanned.name, 200) },
    });
  });
}
