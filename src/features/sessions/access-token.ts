import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '@authgraph/sdk';
import { SignJWT } from 'jose';
import { addSeconds } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Claims } from '../../platform/hooks/hook-functions.js';
import { type KeyRings, SIGNING_SETTINGS } from '../signing-keys/index.js';
import { audienceOf } from './session-settings.js';

export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly authenticatedAt: Date;
  readonly amr: readonly string[];
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Of the key that the session is bound to; null for a bearer session. */
  readonly keyThumbprint: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What a hook adds. */
  readonly added: Claims | undefined;
}

interface AccessToken {
  readonly token: string;
  readonly claims: AccessTokenClaims;
  readonly expiresAt: Date;
}

/** RFC 9068 wants the client that asked; this service's own API is the only one. */
const CLIENT_ID = 'authgraph';

export type SignAccessToken = (
  realm: Realm,
  subject: AccessTokenSubject,
  now: Date,
) => Promise<AccessToken>;

/** Makes the function that signs access tokens (RFC 9068) with the realm's active key. */
export function accessTokenSigner(rings: KeyRings, newId: NewId): SignAccessToken {
  return async (realm, subject, now) => {
    const key = (await rings.of(realm)).signingKey();
    const issuedAt = Math.floor(now.getTime() / 1000);
    const { accessTokenTtl } = SIGNING_SETTINGS.of(realm);
    const own: AccessTokenClaims = {
      iss: realm.issuer,
      aud: audienceOf(realm),
      sub: subject.userId,
      client_id: CLIENT_ID,
      sid: subject.sessionId,
      jti: newId(),
      iat: issuedAt,
      exp: issuedAt + accessTokenTtl,
      auth_time: Math.floor(subject.authenticatedAt.getTime() / 1000),
      amr: subject.amr,
      email_verified: subject.emailVerified,
      roles: subject.roles,
      scope: subject.scopes.join(' '),
      ...(subject.keyThumbprint === null ? {} : { cnf: { jkt: subject.keyThumbprint } }),
      ...(subject.metadata && { public_metadata: subject.metadata }),
    };
    const claims = { ...subject.added, ...own };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: ACCESS_TOKEN_TYPE })
      .sign(key.privateKey);
    return { token, claims, expiresAt: addSeconds(new Date(issuedAt * 1000), accessTokenTtl) };
  };
}
