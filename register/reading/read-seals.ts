/** The signatures and the encryption of a letter, from its parts and their files. Runs on the reading thread. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadMessage } from '../letter/message.ts';
import { cmsKind, type Seal, sealInText, sealOf, signedBytes } from '../letter/seals.ts';
import type { SignatureCheck } from '../letter/smime.ts';
import type { PartFile, ReadingJob } from './reading-job.ts';

const MAX_SEALS = 10;
/** Larger mails and signatures are shown as signed and not checked. Bytes. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_AUTHORITY_BYTES = 1024 * 1024;

/** @param authorities folder of PEM files, *.pem, whose certificates the agency trusts; need not exist */
export async function readSeals(message: ReadMessage, files: PartFile[], job: ReadingJob, authorities: string | null): Promise<Seal[]> {
  const fileOf = new Map(files.map(file => [file.path, file]));
  const found: Seal[] = [];
  for (const part of message.parts) {
    const said = sealOf(part);
    const file = fileOf.get(part.path);
    if (said === null || found.length >= MAX_SEALS) continue;
    const bytes = file === undefined || part.truncated || file.size > MAX_BYTES ? null : readFileSync(file.file);
    const kind = said !== 'cms' ? said : bytes === null ? 'smime-unknown' : cmsKind(bytes);
    const whole = kind === 'smime-signed' && isOfWhole(part.path, said === 'cms', message);
    const check = whole && bytes !== null ? await checked(said === 'cms', bytes, job, authorities) : null;
    found.push({ path: part.path, kind, check });
  }
  const inText = sealInText(message.text);
  return inText === null ? found : [...found, { path: '', kind: inText, check: null }];
}

/**
 * Only a signature over all of the mail is checked: a good one of a part would make words beside it look signed that are not, and the bytes that a
 * signature further inside is about are not kept as they came.
 */
function isOfWhole(path: string, opaque: boolean, { headers, parts }: ReadMessage): boolean {
  const root = headers.contentType.type;
  if (opaque) return path === '1' && !root.startsWith('multipart/') && parts.every(part => /^1(?:\.|$)/.test(part.path));
  return path === '2' && root === 'multipart/signed' && parts.every(part => /^(?:1(?:\.|$)|2$)/.test(part.path));
}

async function checked(opaque: boolean, bytes: Buffer, job: ReadingJob, authorities: string | null): Promise<SignatureCheck | null> {
  const content = opaque || statSync(job.rawPath).size > MAX_BYTES ? null : signedBytes(readFileSync(job.rawPath));
  if (!opaque && content === null) return null;
  // Few letters are signed, and the library is large.
  const { checkSignature } = await import('../letter/smime.ts');
  return await checkSignature(bytes, content, authorityTexts(authorities), job.receivedAt ?? new Date());
}

function authorityTexts(folder: string | null): string[] {
  if (folder === null) return [];
  try {
    const names = readdirSync(folder).filter(name => name.toLowerCase().endsWith('.pem'));
    return names.flatMap(name => {
      const path = join(folder, name);
      return statSync(path).size > MAX_AUTHORITY_BYTES ? [] : [readFileSync(path, 'latin1')];
    });
  } catch {
    // No folder, or one that may not be read: nobody is trusted.
    return [];
  }
}
