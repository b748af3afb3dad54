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
