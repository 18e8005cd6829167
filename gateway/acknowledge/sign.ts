/**
 * The agency's signature beside an acknowledgement's JSON, so that whoever got it can prove the receipt without us (docs/verify-offline.md).
 * Which mistake is worse: a receipt that comes late, or never, is worse than one without a signature; so what stands in the way is logged, and it goes out.
 */
import type { Transaction } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import type { GatewayContext } from '../dispatch/context.ts';

/** @returns the signature file ('saraban signature 1'), or null when the key file does not open the agency's key, or there is none */
export async function signReceipt(
  tx: Transaction,
  context: Pick<GatewayContext, 'box' | 'log'>,
  agency: { id: number; code: string },
  receipt: { name: string; bytes: Buffer },
  now: Date,
): Promise<Buffer | null> {
  const unsigned = (why: string) => {
    context.log.warn({ agency: agency.id, why }, 'the acknowledgement goes out unsigned');
    return null;
  };
  if (context.box == null) return unsigned('no key file');
  try {
    const key = await signingKey(tx, agency.id, context.box, now);
    return writeSignature(signFile(key, { agencyCode: agency.code, ...thingOf(receipt.name, receipt.bytes) }, now));
  } catch (error) {
    // What the database threw has ended the transaction: the job is tried again, and no receipt is lost.
    if (!(error instanceof Failure) || error.temporary) throw error;
    return unsigned(error.message);
  }
}
