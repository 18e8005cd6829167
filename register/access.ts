/**
 * The one access table: which role may do what. Pages hide what it forbids, acts refuse it.
 * Which letters one sees is another question, answered in SQL by register/look/visible.ts.
 */
import type { Officer, Role } from './officer.ts';

const ALL_OF_THE_AGENCY: Role[] = ['administrator', 'saraban', 'auditor'];
const CENTRAL: Role[] = ['administrator', 'saraban'];

/** An auditor reads all and changes nothing; the provider runs the appliance and reads no letters. */
export const MAY = {
  'see-register': [...ALL_OF_THE_AGENCY, 'unit'],
  'see-in-tray': [...ALL_OF_THE_AGENCY, 'unit'],
  'open-letter': [...ALL_OF_THE_AGENCY, 'unit'],
  confirm: CENTRAL,
  route: CENTRAL,
  return: CENTRAL,
  cancel: CENTRAL,
  close: CENTRAL,
  reopen: CENTRAL,
  amend: CENTRAL,
  acknowledge: CENTRAL,
  'decide-duplicate': CENTRAL,
  /** Confirm, note, pass on and close a route: a unit officer those of the own units, the central officers any. */
  'act-on-route': [...CENTRAL, 'unit'],
  'enter-held': CENTRAL,
  /** A letter on paper, from a slip of the book of numbers or not. */
  'enter-paper': CENTRAL,
  'see-books': ALL_OF_THE_AGENCY,
  'manage-books': ['administrator'],
  'see-notices': ALL_OF_THE_AGENCY,
  'settle-notice': CENTRAL,
  'see-outbox': ALL_OF_THE_AGENCY,
  'see-acts': ['administrator', 'auditor'],
  /** The closed days with their files, and the certificates of the copies in other places. */
  'see-days': ALL_OF_THE_AGENCY,
  'see-copies': ALL_OF_THE_AGENCY,
  /** The provider: the provider's own people. */
  /** What could not be read: see the list of it, and have it read again. */
  reread: CENTRAL,
  /** The address book of agencies. */
  'manage-correspondents': CENTRAL,
  'manage-users': ['administrator', 'provider'],
  'manage-units': ['administrator'],
  'manage-rules': ['administrator'],
  'manage-templates': ['administrator'],
  'manage-agency': ['administrator'],
  'manage-tokens': ['administrator'],
  provider: ['provider'],
  /** Have a copy of the whole appliance made now. */
  'make-copy': ['provider'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof MAY;

export function may(officer: Pick<Officer, 'role'>, action: Action): boolean {
  const roles: readonly Role[] = MAY[action];
  return roles.includes(officer.role);
}
