/** The key file of a role that signs. A wrong one must not keep letters from being acknowledged or read, so it is said loudly and the role goes on without. */
import { Failure } from '../../register/failure.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import type { Log } from '../log.ts';

/** @returns null when the key file is wrong or cannot be read; the log says why */
export async function openBox(data: string, log: Log): Promise<SecretBox | null> {
  try {
    return await openSecretBox(secretsKeyFile(data));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.error({ code: error.code, problem: error.message }, 'nothing can be signed');
    return null;
  }
}
