/** API tokens. The token itself is shown once; only its SHA-256 is kept. */
import type { ActOutcome, Officer, RegisterContext, Role } from '../officer.ts';

/** Makes a token. */
export async function addToken(
  context: RegisterContext,
  officer: Officer,
  input: { name: string; role: Exclude<Role, 'provider'>; unitIds?: string[]; expiresAt?: Date | null },
): Promise<ActOutcome<{ tokenId: string; token: string }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Ends a token at once. */
export async function revokeToken(context: RegisterContext, officer: Officer, input: { tokenId: string }): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
