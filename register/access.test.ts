import { describe, expect, it } from 'vitest';
import { type Action, MAY, may } from './access.ts';
import type { Role } from './officer.ts';

// One line an action, one mark a role: p(rovider) a(dministrator) s(araban) u(nit) r(eads: auditor). Written by hand from the design, not from the table.
const TABLE: Record<Action, string> = {
  'see-register': '-asur',
  'see-in-tray': '-asur',
  'open-letter': '-asur',
  confirm: '-as--',
  route: '-as--',
  return: '-as--',
  cancel: '-as--',
  close: '-as--',
  reopen: '-as--',
  amend: '-as--',
  acknowledge: '-as--',
  'decide-duplicate': '-as--',
  'act-on-route': '-asu-',
  'enter-held': '-as--',
  'enter-paper': '-as--',
  'see-books': '-as-r',
  'manage-books': '-a---',
  'see-notices': '-as-r',
  'settle-notice': '-as--',
  'see-outbox': '-as-r',
  'see-acts': '-a--r',
  'see-days': '-as-r',
  'see-copies': '-as-r',
  reread: '-as--',
  'manage-correspondents': '-as--',
  'manage-users': 'pa---',
  'manage-units': '-a---',
  'manage-rules': '-a---',
  'manage-templates': '-a---',
  'manage-agency': '-a---',
  'manage-tokens': '-a---',
  provider: 'p----',
  'make-copy': 'p----',
};
const ROLES: Role[] = ['provider', 'administrator', 'saraban', 'unit', 'auditor'];

describe('the access table', () => {
  it('names every action', () => {
    expect(Object.keys(MAY).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.entries(TABLE) as [Action, string][])('%s: %s', (action, marks) => {
    const allowed = ROLES.map(role => may({ role }, action));
    expect(allowed).toEqual([...marks].map(mark => mark !== '-'));
  });

  it('lets an administrator do whatever a saraban officer may', () => {
    for (const action of Object.keys(MAY) as Action[])
      if (may({ role: 'saraban' }, action)) expect(may({ role: 'administrator' }, action)).toBe(true);
  });

  it('lets the auditor change nothing', () => {
    expect(
      (Object.keys(MAY) as Action[]).filter(action => may({ role: 'auditor' }, action)).every(action => /^(see|open)-/.test(action)),
    ).toBe(true);
  });
});
