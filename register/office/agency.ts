/** The agency itself: its name, its habits, its central addresses. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Changes what is named. */
export async function changeAgency(
  context: RegisterContext,
  officer: Officer,
  input: {
    nameTh?: string;
    nameEn?: string;
    phone?: string;
    timeZone?: string;
    calendar?: 'buddhist' | 'gregory';
    numerals?: 'arabic' | 'thai';
    language?: 'th' | 'en';
    settings?: Record<string, unknown>;
  },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Adds a central address; one address belongs to one agency. */
export async function addAddress(context: RegisterContext, officer: Officer, input: { address: string }): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Takes a central address away; the last one stays. */
export async function removeAddress(context: RegisterContext, officer: Officer, input: { address: string }): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
