/**
 * The files of closed days as downloads: one, a day, a month. A download is an act (I10), written before the first byte goes out; what is classified is for
 * appointed persons alone, and never in a ZIP, which people pass on. The offline verifier takes the ZIPs as they are.
 */
import { Readable } from 'node:stream';
import { openedDay, openedMonth } from '../../register/act/open-day.ts';
import { type DayFile, daysOfMonth, getDay } from '../../register/look/days.ts';
import { type ZipEntry, zipOf, zipSize } from '../../register/store/zip.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import type { PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import { sendDownload, sendOwnFile } from './own-file.ts';

export async function dayFile(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const name = textField(request.params, 'name');
  const day = await getDay(context.db, visit.officer, textField(request.params, 'day'));
  const file = day?.files.find(one => one.name === name);
  if (day === null || file === undefined || (await openedDay(context, visit.officer, { day: day.day, what: [name] })).outcome !== 'done')
    sendNotFound(context, request, response);
  else await sendOwnFile(context.store, response, { ...file, name: downloadName(visit, day.day, name) });
}

/** 'yyyy-mm-dd.zip' is a day, 'yyyy-mm.zip' a month with a folder a day. */
export async function daysZip(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const wanted = textField(request.params, 'day');
  const entries = /^\d{4}-\d\d$/.test(wanted) ? await monthEntries(context, visit, wanted) : await dayEntries(context, visit, wanted);
  if (entries === null) {
    sendNotFound(context, request, response);
    return;
  }
  await sendDownload(response, {
    name: `${downloadName(visit, wanted, 'register')}.zip`,
    contentType: 'application/zip',
    size: zipSize(entries),
    stream: Readable.from(zipOf(entries)),
  });
}

async function dayEntries(context: PageContext, visit: SignedIn, wanted: string): Promise<ZipEntry[] | null> {
  const day = await getDay(context.db, asAnybody(visit), wanted);
  if (day === null) return null;
  const files = openOnes(day.files);
  const entries = await entriesOf(context, files, '');
  const outcome = await openedDay(context, visit.officer, { day: day.day, what: files.map(file => file.name) });
  return outcome.outcome === 'done' ? entries : null;
}

async function monthEntries(context: PageContext, visit: SignedIn, wanted: string): Promise<ZipEntry[] | null> {
  const { days } = await daysOfMonth(context.db, asAnybody(visit), wanted);
  const inMonth = days.filter(day => day.day.startsWith(`${wanted}-`)).reverse();
  if (inMonth.length === 0) return null;
  const entries = (await Promise.all(inMonth.map(day => entriesOf(context, openOnes(day.files), `${day.day}/`)))).flat();
  const outcome = await openedMonth(context, visit.officer, { month: wanted, days: inMonth.map(day => day.day) });
  return outcome.outcome === 'done' ? entries : null;
}

/** A ZIP is passed on: it holds what somebody without an appointment would get, whoever asks. */
function asAnybody(visit: SignedIn): SignedIn['officer'] {
  return { ...visit.officer, appointed: false };
}

function openOnes(files: DayFile[]): DayFile[] {
  return files.filter(file => !file.classified);
}

/** @throws Error when a blob is missing: a broken register, said before the first header is sent */
async function entriesOf(context: PageContext, files: DayFile[], folder: string): Promise<ZipEntry[]> {
  for (const { sha256 } of files) if ((await context.store.size(sha256)) === null) throw new Error(`the blob ${sha256} is missing`);
  return files.map(({ name, size, addedAt, sha256 }) => ({
    name: folder + name,
    size,
    at: addedAt,
    read: () => context.store.read(sha256),
  }));
}

/** Named so that the files of many days and agencies can lie in one folder. */
function downloadName(visit: SignedIn, day: string, name: string): string {
  return `${visit.agency.code}-${day}-${name}`;
}
