/** Units of an agency. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Adds a unit. */
export async function addUnit(
  context: RegisterContext,
  officer: Officer,
  input: { code: string; nameTh: string; nameEn?: string; email?: string; parentId?: string | null },
): Promise<ActOutcome<{ unitId: string }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Changes a unit, or closes it. */
export async function changeUnit(
  context: RegisterContext,
  officer: Officer,
  input: { unitId: string; nameTh?: string; nameEn?: string; email?: string; parentId?: string | null; state?: 'active' | 'closed' },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
