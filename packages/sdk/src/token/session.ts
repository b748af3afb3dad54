import type { AccessTokenClaims } from './claims.js';

/** Who is asking, as their verified access token says. */
export interface Session {
  readonly userId: string;
  readonly sessionId: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** When the access token runs out. */
  readonly expiresAt: Date;
  readonly claims: AccessTokenClaims;
}

/**
 * The session that verified claims describe, such as those that a gateway passes on.
 *
 * @example
 * ```ts
 * import { type AccessTokenClaims, sessionFromClaims } from '@authgraph/sdk';
 *
 * export const sessionOf = (claims: AccessTokenClaims) => sessionFromClaims(claims);
 * ```
 */
export function sessionFromClaims(claims: AccessTokenClaims): Session {
  return Object.freeze({
    userId: claims.sub,
    sessionId: claims.sid,
    scopes: Object.freeze(claims.scope.split(' ').filter((scope) => scope !== '')),
    roles: claims.roles,
    expiresAt: new Date(claims.exp * 1000),
    claims,
  });
}
