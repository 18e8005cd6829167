/**
 * The evidence pack of one letter: a ZIP that holds the letter's bytes, its entry with everything the chain covers, the acknowledgement, the closed day,
 * and the verifier, all named in a signed list. Taken from the entry's page or over the API; checked by verifier/evidence.js without us.
 * Taking one is an act (I10), and the act stands in the pack.
 */

import { may } from '../access.ts';
import { insertAct, lockEntry } from '../act/queries.ts';
import { isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import { selectAttachments } from '../look/detail-queries.ts';
import type { AttachmentRow } from '../look/entry-row.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { signingKey } from '../seal/keys.ts';
import type { SecretBox } from '../seal/secret-box.ts';
import { signFile, writeSignature } from '../seal/signature.ts';
import type { Store } from '../store/folder.ts';
import { zipOf, zipSize } from '../store/zip.ts';
import { boxOrFailure } from './no-key.ts';
import {
  attachmentName,
  blobFile,
  dayFiles,
  EVIDENCE_ENTRY_FORMAT,
  EVIDENCE_FORMAT,
  maySeeDay,
  ownFile,
  type PackFile,
  verifierPage,
} from './pack-files.ts';
import {
  selectEvidenceActs,
  selectEvidenceAgency,
  selectEvidenceChanges,
  selectEvidenceDay,
  selectEvidenceEntry,
  selectEvidenceMessage,
  selectEvidenceReceipt,
  selectEvidenceRoutes,
} from './queries.ts';
import { readme } from './readme.ts';

/** Without `box`, which opens the signing keys, whoever may have the evidence hears that it cannot be made now. */
export type EvidenceContext = Pick<RegisterContext, 'db' | 'store' | 'now'> & { box?: SecretBox | null };

export interface EvidencePack {
  /** 'evidence-<number>-<year>.zip' */
  fileName: string;
  /** Of the whole ZIP. */
  size: number;
  /** The ZIP; one file of it is in memory at a time. */
  bytes: AsyncIterable<Uint8Array>;
}

/**
 * Gathers, signs and logs; the bytes are read from the store as the pack is written.
 * @throws Failure `no-signing-key`; `secrets-key-wrong` when the appliance's key file does not open the signing key; Error when a blob is missing (a broken register)
 */
export async function evidencePack(
  context: EvidenceContext,
  officer: Officer,
  input: { entryId: string },
): Promise<ActOutcome<EvidencePack>> {
  if (!isId(input.entryId)) return { outcome: 'not-found' };
  const at = context.now();
  const gathered = await inAgency(context.db, officer.agencyId, officer, async tx => {
    const entry = await lockEntry(tx, officer, input.entryId);
    if (entry === null) return { outcome: 'not-found' as const };
    if (!may(officer, 'open-letter')) return { outcome: 'forbidden' as const };
    // Before the act: making a key takes a lock, and acts are the last of all.
    const key = await signingKey(tx, officer.agencyId, boxOrFailure(context.box), at);
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'evidence-taken', detail: {} });
    return { outcome: 'done' as const, ...(await gather(tx, officer, entry.id, key, at)) };
  });
  if (gathered.outcome !== 'done') return gathered;
  const { files, fileName } = gathered;
  for (const file of files)
    if (file.bytes === null && (await context.store.size(file.sha256)) !== file.size)
      throw new Error(`the blob ${file.sha256} is missing or cut`);
  const entries = files.map(file => ({ name: file.name, size: file.size, at, read: () => readFile(context.store, file) }));
  return { outcome: 'done', fileName, size: zipSize(entries), bytes: zipOf(entries) };
}

async function readFile(store: Store, file: PackFile): Promise<Uint8Array> {
  return file.bytes ?? (await store.read(file.sha256));
}

async function gather(
  tx: Transaction,
  officer: Officer,
  entryId: string,
  key: Awaited<ReturnType<typeof signingKey>>,
  at: Date,
): Promise<{ fileName: string; files: PackFile[] }> {
  const agency = await selectEvidenceAgency(tx);
  const entry = await selectEvidenceEntry(tx, entryId);
  const message = entry.messageId === null ? null : await selectEvidenceMessage(tx, entry.messageId);
  const attachments = entry.messageId === null ? [] : await selectAttachments(tx, entry.messageId, null);
  const receipt = await selectEvidenceReceipt(tx, entryId);
  const day = await selectEvidenceDay(tx, entry);
  const carried = attachments.filter(one => one.role !== 'body');
  const body: PackFile[] = [
    ...(message === null ? [] : [blobFile('message.eml', message)]),
    ...carried.map(one => blobFile(attachmentName(one), one)),
    ...(receipt?.mail == null ? [] : [blobFile('acknowledgement.eml', receipt.mail)]),
    ...(day === null ? [] : dayFiles(officer, entry, day)),
  ];
  const { messageId: _, ...entryFields } = entry;
  const entryFile = ownFile(
    'entry.json',
    json({
      format: EVIDENCE_ENTRY_FORMAT,
      agency,
      entry: entryFields,
      message,
      attachments: attachments.map(attachmentOf),
      acknowledgement: receipt,
      acts: await selectEvidenceActs(tx, entryId),
      routes: await selectEvidenceRoutes(tx, entryId),
      changes: await selectEvidenceChanges(tx, entryId),
    }),
  );
  const files = [ownFile('README.txt', readme(agency, entry, key.fingerprint, at)), entryFile, ...body, verifierPage()];
  const manifest = ownFile(
    'manifest.json',
    json({
      format: EVIDENCE_FORMAT,
      agency: { code: agency.code, name: { th: agency.nameTh, en: agency.nameEn } },
      entryId,
      register: entry.register,
      number: entry.number,
      year: entry.year,
      takenAt: at,
      takenBy: officer.name,
      closedDay: day === null ? null : { day: day.day, ordinal: day.ordinal, dayFiles: maySeeDay(officer, day) },
      files: files.map(({ name, sha256, size }) => ({ name, sha256, size })),
    }),
  );
  const signature = signFile(key, { agencyCode: agency.code, name: manifest.name, sha256: manifest.sha256, size: manifest.size }, at);
  const [first, ...rest] = files as [PackFile, ...PackFile[]];
  return {
    fileName: `evidence-${entry.number}-${entry.year}.zip`,
    files: [first, manifest, ownFile('manifest.sig.json', writeSignature(signature)), ...rest],
  };
}

function attachmentOf(attachment: AttachmentRow): object {
  const { path, role, name, contentType, size, sha256, origin } = attachment;
  return { path, role, name, contentType, size, sha256, origin, file: role === 'body' ? null : attachmentName(attachment) };
}

/** Times are written as the chain has them: UTC with milliseconds. */
function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
