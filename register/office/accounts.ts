/** Accounts of people. */
import type { ActOutcome, Officer, RegisterContext, Role } from '../officer.ts';

/** Adds an account. Without a password one is made and given back, once. */
export async function addAccount(
  context: RegisterContext,
  officer: Officer,
  input: {
    login: string;
    name: string;
    email?: string;
    role: Role;
    unitIds?: string[];
    appointed?: boolean;
    language?: 'th' | 'en';
    password?: string;
  },
): Promise<ActOutcome<{ accountId: string; password: string | null }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Changes an account; the last active administrator stays one. */
export async function changeAccount(
  context: RegisterContext,
  officer: Officer,
  input: {
    accountId: string;
    name?: string;
    email?: string;
    role?: Role;
    unitIds?: string[];
    appointed?: boolean;
    language?: 'th' | 'en';
    state?: 'active' | 'disabled';
  },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Sets a password: one's own with the old one, anybody's of the agency with manage-users. Without `password` one is made and given back, once. */
export async function setPassword(
  context: RegisterContext,
  officer: Officer,
  input: { accountId: string; password?: string; oldPassword?: string },
): Promise<ActOutcome<{ password: string | null }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
