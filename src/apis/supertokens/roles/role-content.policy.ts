import { ADMIN, ADMIN_ROLE, isRoleName, roleProblem } from '../../../features/roles/index.js';

/** What a role permits: scopes travel in the graph's tokens, other permissions do not. */
export interface RoleContent {
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
}

/**
 * True for a role that the graph may see its users hold when an SDK gives it to them. Not for one
 * that lets its holders into authgraph's own API: an application's name for something of its own
 * must never do that. Pure.
 */
export function isShared(name: string, { scopes }: RoleContent): boolean {
  return isRoleName(name) && name !== ADMIN && !scopes.some(isOurs);
}

/** With these permissions, each where it belongs. Pure. */
export function withPermissions(
  name: string,
  before: RoleContent,
  added: readonly string[],
): RoleContent {
  const scopes = [...before.scopes];
  const permissions: string[] = [];
  for (const each of [...new Set([...before.permissions, ...added])].toSorted()) {
    if (scopes.includes(each)) continue;
    const isScope = !isOurs(each) && roleProblem({ name, scopes: [...scopes, each] }) === undefined;
    (isScope ? scopes : permissions).push(each);
  }
  return { scopes, permissions };
}

function isOurs(scope: string): boolean {
  return ADMIN_ROLE.scopes.includes(scope);
}
