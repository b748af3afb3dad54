/** The role of administrators: every realm has it, and nobody can change what it grants. */
export const ADMIN = 'admin';

/** Every scope that this service's own API asks for. */
const ADMIN_SCOPES: readonly string[] = [
  'users:read',
  'users:write',
  'sessions:read',
  'sessions:write',
  'roles:read',
  'roles:write',
  'keys:write',
  'audit:read',
  'webhooks:write',
  'jobs:read',
  'jobs:write',
];

/** RFC 6749 section 3.3: what a scope is written with, so that a space can separate them. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;
/** They travel in each access token, which a cookie must hold. */
const LONGEST_SCOPES = 1_000;

export interface RoleWithScopes {
  readonly name: string;
  readonly scopes: readonly string[];
}

export const ADMIN_ROLE: RoleWithScopes = { name: ADMIN, scopes: ADMIN_SCOPES };

/**
 * The scopes that a user is granted, each once: those of the built-in role, then those that the
 * database found for the roles that the realm defined. Pure.
 */
export function scopesOf(roles: readonly string[], stored: readonly string[]): string[] {
  return [...new Set([...(roles.includes(ADMIN) ? ADMIN_SCOPES : []), ...stored])];
}

/** Role names travel in tokens and in settings: lower-case words, digits, `-`, `_` and `:`. */
export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_:-]{0,62}$/.test(text);
}

/** Why a role cannot be saved like this; undefined when it can. Pure. */
export function roleProblem({ name, scopes }: RoleWithScopes): string | undefined {
  if (name === ADMIN) return 'The role "admin" is built in, and cannot be changed.';
  if (!isRoleName(name)) {
    return (
      'A role is named by a lower-case letter, then letters, digits, "-", "_" and ":"; ' +
      'at most 63.'
    );
  }
  if (scopes.join(' ').length > LONGEST_SCOPES) {
    return `The scopes of a role are at most ${LONGEST_SCOPES} characters together.`;
  }
  if (!scopes.every((scope) => SCOPE.test(scope))) {
    return 'A scope is 1 to 100 visible ASCII characters, without quotes and backslashes.';
  }
  return undefined;
}
