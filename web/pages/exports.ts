/** What an officer takes away as a file: a register as form 13 or 14, XLSX or CSV, and the receive stamp of a letter. The same files as the API's (web/api/register-files.ts, web/api/stamp.ts). */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isId } from '../../register/checks.ts';
import type { EntryRow, RegisterName } from '../../register/look/entry-row.ts';
import { MOST_ROWS } from '../../register/print/print.ts';
import { isReceived, REGISTERS } from '../../register/registers.ts';
import { EXPORT_KINDS, monthOf, registerFile } from '../api/register-files.ts';
import { stampOf } from '../api/stamp.ts';
import { sendError, sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, type PageContext } from '../page.ts';
import { strangersFileHeaders } from '../security.ts';
import type { SignedIn } from '../visit.ts';
import { disposition, leftEarly } from './files.ts';

/** GET /registers/{register}/{year}.{pdf|xlsx|csv}?month= */
export async function registerExport(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const [, year = '', ending] = /^(\d{4})\.([a-z]+)$/.exec(textField(request.params, 'file')) ?? [];
  const register = REGISTERS.find(name => name === textField(request.params, 'register'));
  const kind = EXPORT_KINDS.find(one => one === ending);
  const month = monthAsked(request);
  if (register === undefined || kind === undefined || month === undefined) {
    sendNotFound(context, request, response);
    return;
  }
  const outcome = await registerFile(context, visit.officer, { register, year: Number(year), month }, kind);
  if (outcome.outcome === 'not-found') sendNotFound(context, request, response);
  else if (outcome.outcome === 'too-long')
    sendError(context, request, response, 'tooLarge', '', visit.text.register.tooLong(formatOf(visit).number(MOST_ROWS)));
  else await sendExport(response, outcome.file.contentType, outcome.file.fileName, outcome.file.stream);
}

/** GET /entries/{id}/stamp.pdf */
export async function stampExport(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const entryId = textField(request.params, 'id');
  const outcome = isId(entryId) ? await stampOf(context, visit.officer, entryId, 'page') : null;
  if (outcome?.outcome !== 'done' || outcome.stamp === null) sendNotFound(context, request, response);
  else await sendExport(response, 'application/pdf', outcome.stamp.fileName, [outcome.stamp.pdf]);
}

/**
 * The buttons above a register. A year too long for one file is printed by months: that of the newest letter shown, or of the day from which one looks.
 * @param exists - whether the register has that year
 */
export function exportButtons(
  visit: SignedIn,
  wanted: { register: RegisterName; year: number; since: string },
  exists: boolean,
  newest: EntryRow | undefined,
): { href: string; label: string }[] {
  if (!exists) return [];
  const words = visit.text.register;
  const { register, year, since } = wanted;
  const base = `/registers/${register}/${year}`;
  const form = words.print(formatOf(visit).digits(isReceived(register) ? '13' : '14'));
  const long = newest !== undefined && newest.number > MOST_ROWS;
  const month = since !== '' ? Number(since.slice(5, 7)) : newest === undefined ? 1 : monthOf(newest, visit.agency);
  return [
    long
      ? { href: `${base}.pdf?month=${month}`, label: `${form} (${words.month(formatOf(visit).digits(String(month)))})` }
      : { href: `${base}.pdf`, label: form },
    { href: `${base}.xlsx`, label: 'XLSX' },
    { href: `${base}.csv`, label: 'CSV' },
  ];
}

/** Null: none was asked for. Undefined: what was asked for is no month. */
function monthAsked(request: Request): number | null | undefined {
  const text = textField(request.query, 'month');
  if (text === '') return null;
  return /^([1-9]|1[0-2])$/.test(text) ? Number(text) : undefined;
}

async function sendExport(response: Response, type: string, name: string, pieces: Readable | Buffer[]): Promise<void> {
  strangersFileHeaders(response, "default-src 'none'; sandbox");
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Disposition', disposition('attachment', name));
  await pipeline(pieces, response).catch(leftEarly);
}
