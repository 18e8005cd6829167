/** The receive stamp (form 12) of a letter, with what the register knows of it. It holds the letter's facts, so handing it out is an opening, and is logged as one (I10). */
import { Readable } from 'node:stream';
import { openedEntry } from '../../register/act/open.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { EntryDetail } from '../../register/look/entry-row.ts';
import type { ActOutcome, Officer } from '../../register/officer.ts';
import type { StampData } from '../../register/print/data.ts';
import { isClosedBook, isReceived } from '../../register/registers.ts';
import { verifyUrl } from '../../register/template/acknowledgement.ts';
import type { ApiContext, Call, Reply } from './operation.ts';
import { doneOrProblem, Problem } from './problem.ts';
import { printAgency } from './register-files.ts';
import { readId } from './request.ts';

export async function stampOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const outcome = doneOrProblem(await stampOf(context, officer, readId(places.id), 'api'));
  if (outcome.stamp === null) throw new Problem('not-found');
  const { pdf, fileName } = outcome.stamp;
  return { kind: 'bytes', contentType: 'application/pdf', fileName, size: pdf.length, sha256: null, stream: Readable.from([pdf]) };
}

/** @returns null for a letter that was sent: it has no receive stamp */
export async function stampOf(
  context: Pick<ApiContext, 'db' | 'jobs' | 'store' | 'now' | 'printer' | 'settings'>,
  officer: Officer,
  entryId: string,
  what: 'api' | 'page',
): Promise<ActOutcome<{ stamp: { pdf: Buffer; fileName: string } | null }>> {
  const opened = await openedEntry(context, officer, { entryId, what });
  if (opened.outcome !== 'done') return opened;
  const entry = await getEntry(context.db, officer, entryId);
  if (entry === null) return { outcome: 'not-found' };
  if (!isReceived(entry.register)) return { outcome: 'done', stamp: null };
  const pdf = await context.printer.stamp(stampData(entry, context.settings.webUrl));
  return { outcome: 'done', stamp: { pdf, fileName: `ตรารับ-${entry.number}-${entry.year}-${entry.agency.code}.pdf` } };
}

function stampData(entry: EntryDetail, webUrl: string): StampData {
  const ended = entry.state === 'cancelled' || entry.state === 'returned' ? { state: entry.state, reason: entry.stateReason } : null;
  return {
    agency: printAgency(entry.agency),
    classified: isClosedBook(entry.register),
    number: entry.number,
    year: entry.year,
    receivedAt: entry.receivedAt,
    enteredAt: entry.enteredAt,
    ended,
    letterNumber: entry.letterNumber,
    letterDate: entry.letterDate,
    from: entry.fromAgency || entry.fromName || entry.fromAddress,
    fromAddress: entry.fromAddress,
    to: entry.addressee,
    subject: entry.subject,
    sha256: entry.message?.sha256 ?? '',
    entryHash: entry.hash,
    verifyUrl: verifyUrl(webUrl, entry.publicCode),
  };
}
