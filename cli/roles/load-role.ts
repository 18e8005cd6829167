/** Loads the file of a role, and only that one: the gateway's process must not carry the web's libraries. */
import type { RoleModule, RoleName } from './role.ts';

/** @throws when the role's file is missing or broken */
export async function loadRole(role: RoleName): Promise<RoleModule> {
  return (await import(new URL(`./${role}.ts`, import.meta.url).href)) as RoleModule;
}
