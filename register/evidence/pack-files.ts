/**
 * The files of an evidence pack and their names. Every one is named with its hash in manifest.json, which the agency signs; so whatever is changed,
 * taken out or put in later is found by the verifier (verifier/evidence.js reads what is written here).
 */
import { readFileSync } from 'node:fs';
import { may } from '../access.ts';
import { CLASSIFIED_DAY_FILE, DAY_FILE, SEAL_FILE, SEAL_SIGNATURE, SEAL_TIMESTAMP } from '../close/day-format.ts';
import type { AttachmentRow } from '../look/entry-row.ts';
import type { Officer } from '../officer.ts';
import { isClosedBook } from '../registers.ts';
import { thingOf } from '../seal/signature.ts';
import type { EvidenceDay, EvidenceEntry } from './queries.ts';

export const EVIDENCE_FORMAT = 'saraban evidence 1';
export const EVIDENCE_ENTRY_FORMAT = 'saraban evidence entry 1';
const VERIFIER_PAGE = 'saraban-verify.html';

/** A file of the pack: bytes at hand, or a blob of the store by its hash. */
export interface PackFile {
  name: string;
  sha256: string;
  size: number;
  bytes: Buffer | null;
}

export function ownFile(name: string, text: string | Buffer): PackFile {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return { ...thingOf(name, bytes), bytes };
}

export function blobFile(name: string, blob: { sha256: string; size: number }): PackFile {
  return { name, sha256: blob.sha256, size: blob.size, bytes: null };
}

/** The verifier travels with what it is to check. */
export function verifierPage(): PackFile {
  return ownFile(VERIFIER_PAGE, readFileSync(new URL(`../../verifier/${VERIFIER_PAGE}`, import.meta.url)));
}

/**
 * A name for an attachment that every system can write and that leads nowhere: its place in the MIME tree keeps it apart from the others, and is
 * the whole of it when the sender's name is no good.
 */
export function attachmentName(attachment: Pick<AttachmentRow, 'path' | 'name'>): string {
  const place = attachment.path.replace(/[^0-9A-Za-z.-]/g, '-').slice(0, 60);
  const name = attachment.name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    // Folders and archives count bytes: 255 is the most of one name nearly everywhere, and Thai takes three a letter.
    .slice(0, 60)
    .toWellFormed();
  return `attachments/${place}${name === '' ? '' : `-${name}`}`;
}

/**
 * The closed day that holds the entry. The seal and its proofs say nothing of other letters; the register of the day lists them all, so it goes to those
 * alone who may see whole days, and its classified part to appointed persons, when this letter stands in it (I10).
 */
export function dayFiles(officer: Officer, entry: Pick<EvidenceEntry, 'register' | 'secrecy'>, day: EvidenceDay): PackFile[] {
  const classified = officer.appointed && (isClosedBook(entry.register) || entry.secrecy !== 'normal');
  const wanted = [SEAL_TIMESTAMP, ...(maySeeDay(officer, day) ? [DAY_FILE, ...(classified ? [CLASSIFIED_DAY_FILE] : [])] : [])];
  const listed = day.files.filter(file => wanted.includes(file.name) && (!file.classified || classified));
  return [
    blobFile(SEAL_FILE, { sha256: day.sealSha256, size: day.sealSize }),
    blobFile(SEAL_SIGNATURE, { sha256: day.signatureSha256, size: day.signatureSize }),
    ...listed.map(file => blobFile(file.name, file)),
  ].map(file => ({ ...file, name: `closed-day/${file.name}` }));
}

export function maySeeDay(officer: Officer, day: Pick<EvidenceDay, 'revealing'>): boolean {
  return may(officer, 'see-days') && (officer.appointed || !day.revealing);
}
