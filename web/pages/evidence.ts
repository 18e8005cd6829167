/** The evidence of one letter as a download (register/evidence): the button on the letter's page ends here. Taking it is logged by evidencePack itself. */
import { Readable } from 'node:stream';
import { evidencePack } from '../../register/evidence/evidence.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import type { PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import { sendDownload } from './own-file.ts';

export async function evidenceFile(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const pack = await evidencePack(context, visit.officer, { entryId: textField(request.params, 'id') });
  if (pack.outcome !== 'done') sendNotFound(context, request, response);
  else
    await sendDownload(response, {
      name: pack.fileName,
      contentType: 'application/zip',
      size: pack.size,
      stream: Readable.from(pack.bytes, { objectMode: false }),
    });
}
