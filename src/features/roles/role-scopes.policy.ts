/**
 * What each role may do, as OAuth scopes. A role that is not listed grants none; it is for the
 * other subgraphs to read.
 */
const SCOPES_OF_ROLE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'admin',
    ['users:read', 'users:write', 'sessions:read', 'sessions:write', 'roles:write', 'keys:write'],
  ],
]);

/** The scopes that a user with these roles is granted; each once, in a fixed order. */
export function scopesOf(roles: readonly string[]): string[] {
  return [...new Set(roles.flatMap((role) => SCOPES_OF_ROLE.get(role) ?? []))];
}

/** Every scope that some role grants. */
export function grantableScopes(): string[] {
  return scopesOf([...SCOPES_OF_ROLE.keys()]);
}

/** Role names travel in tokens and in settings: lower-case words, digits, `-`, `_` and `:`. */
export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_:-]{0,62}$/.test(text);
}
