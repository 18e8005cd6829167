/** The evidence of one letter over the API: the same signed pack that the page gives. */
import { Readable } from 'node:stream';
import { evidencePack } from '../../register/evidence/evidence.ts';
import type { Call, Reply } from './operation.ts';
import { doneOrProblem } from './problem.ts';
import { readId } from './request.ts';

export async function evidenceOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const pack = doneOrProblem(await evidencePack(context, officer, { entryId: readId(places.id) }));
  return {
    kind: 'bytes',
    contentType: 'application/zip',
    fileName: pack.fileName,
    size: pack.size,
    sha256: null,
    stream: Readable.from(pack.bytes, { objectMode: false }),
  };
}
