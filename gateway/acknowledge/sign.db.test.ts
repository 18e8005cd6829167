import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, readMessage } from '../../register/letter/read-message.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { checkSignature, readSignature } from '../../register/seal/signature.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { contextOf, enterLetter, mailsOf, NOW } from '../dispatch/test-bench.ts';
import { parseNotice } from '../notices/parse.ts';
import { acknowledgeHandler } from './acknowledge.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agency: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(join(fresh.folder, 'keys', 'secrets.key'));
  agency = await addTestAgency(fresh.db, 'signing');
});
afterAll(() => fresh.close());

/** The acknowledgement of a new letter, and what was logged on the way. */
async function acknowledged(own: SecretBox | null): Promise<{ bytes: Buffer; sha256: string; warnings: object[] }> {
  const warnings: object[] = [];
  const log = { info: () => {}, warn: (fields: object) => void warnings.push(fields), error: () => {} };
  const letter = await enterLetter(fresh, agency, { envelopeFrom: `${randomBytes(4).toString('hex')}@sender.example` });
  await acknowledgeHandler(contextOf(fresh, { box: own, log }))({ agencyId: agency, entryId: letter.entryId });
  const [mail] = await mailsOf(fresh, letter.entryId);
  if (mail === undefined) throw new Error('no acknowledgement');
  return { bytes: await fresh.store.read(mail.sha256), sha256: letter.sha256, warnings };
}

const partsOf = async (bytes: Buffer) => {
  const { attachments } = await simpleParser(bytes);
  const of = (name: string) => attachments.find(part => part.filename === name);
  return { receipt: of('acknowledgement.json'), signature: of('acknowledgement.sig.json') };
};

describe('the signature of an acknowledgement', () => {
  it('stands beside its JSON, over the exact bytes of it, by the agency', async () => {
    const { bytes, warnings } = await acknowledged(box);
    const { receipt, signature } = await partsOf(bytes);
    if (receipt === undefined || signature === undefined) throw new Error('no parts');
    expect(signature.contentType).toBe('application/vnd.saraban.signature+json');
    const thing = {
      name: 'acknowledgement.json',
      size: receipt.content.length,
      sha256: createHash('sha256').update(receipt.content).digest('hex'),
    };
    expect(checkSignature(readSignature(signature.content), { ...thing, agencyCode: 'signing' }, null)).toMatchObject({
      outcome: 'holds',
      at: NOW.toISOString(),
    });
    expect(warnings).toEqual([]);
  });

  it('is no hindrance to another Saraban that reads the acknowledgement', async () => {
    const { bytes, sha256 } = await acknowledged(box);
    const { receipt } = await partsOf(bytes);
    const message = await readMessage(Readable.from([bytes]), {
      fallbackCharset: 'windows-874',
      limits: DEFAULT_LIMITS,
      openPart: () => ({ write: () => {}, end: () => ({ sha256: '', size: 0 }) }),
    });
    const text = receipt?.content.toString() ?? '';
    const notice = await parseNotice({
      message,
      partText: async path => (message.parts.find(part => part.path === path)?.contentType.includes('acknowledgement') ? text : ''),
      envelopeFrom: '',
      envelopeTo: ['saraban@other.example'],
      now: NOW,
    });
    expect(notice).toMatchObject({ kind: 'acknowledgement', acknowledgement: { messageSha256: sha256, source: 'machine' } });
  });

  it('is wanting when no key can be had, and the acknowledgement goes out all the same', async () => {
    const none = await acknowledged(null);
    expect((await partsOf(none.bytes)).signature).toBeUndefined();
    expect((await partsOf(none.bytes)).receipt).toBeDefined();
    expect(none.warnings).toEqual([{ agency, why: 'no key file' }]);
    // Another key file than the one the agency's key was sealed with: restored without its keys.
    const file = join(fresh.folder, 'other.key');
    const other = await openSecretBox(file);
    const wrong = await acknowledged(other);
    expect((await partsOf(wrong.bytes)).signature).toBeUndefined();
    expect(wrong.warnings).toHaveLength(1);
    await writeFile(file, 'spoilt');
    await expect(openSecretBox(file)).rejects.toMatchObject({ code: 'secrets-key-wrong' });
  });
});
