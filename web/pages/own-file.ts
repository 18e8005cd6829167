/** A file of our own making (a certificate, a closed day) as a download. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Store } from '../../register/store/folder.ts';
import type { Response } from '../http.ts';
import { strangersFileHeaders } from '../security.ts';
import { disposition } from './files.ts';

export interface OwnFile {
  sha256: string;
  size: number;
  name: string;
  contentType: string;
}

/** @throws Error when the blob is missing: a broken register, said before the first header is sent */
export async function sendOwnFile(store: Store, response: Response, file: OwnFile): Promise<void> {
  if ((await store.size(file.sha256)) === null) throw new Error(`the blob ${file.sha256} is missing`);
  await sendDownload(response, { ...file, stream: store.stream(file.sha256) });
}

/** @param file.size null for what is made on the way */
export async function sendDownload(
  response: Response,
  file: { name: string; contentType: string; size: number | null; stream: Readable },
): Promise<void> {
  // Ours, but it holds what strangers wrote: it is saved, never shown as a page of ours.
  strangersFileHeaders(response, "default-src 'none'; sandbox");
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Disposition', disposition('attachment', file.name));
  if (file.size !== null) response.setHeader('Content-Length', file.size);
  await pipeline(file.stream, response).catch(leftEarly);
}

/** Whoever closes the page while a file is coming is no fault of ours. */
function leftEarly(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
}
