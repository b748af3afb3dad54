import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '@authgraph/sdk';
import { SignJWT } from 'jose';
import { addSeconds } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { KeyRing } from '../signing-keys/key-ring.js';

export interface AccessTokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly ttlSeconds: number;
  readonly keys: KeyRing;
  readonly newId: NewId;
}

interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly authenticatedAt: Date;
  readonly amr: readonly string[];
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

interface AccessToken {
  readonly token: string;
  readonly claims: AccessTokenClaims;
  readonly expiresAt: Date;
}

/** RFC 9068 wants the client that asked; this service's own API is the only one. */
const CLIENT_ID = 'authgraph';

export type SignAccessToken = (subject: AccessTokenSubject, now: Date) => Promise<AccessToken>;

/** Makes the function that signs access tokens (RFC 9068) with the key that is active. */
export function accessTokenSigner(options: AccessTokenOptions): SignAccessToken {
  return async (subject, now) => {
    const key = options.keys.signingKey();
    const issuedAt = Math.floor(now.getTime() / 1000);
    const claims: AccessTokenClaims = {
      iss: options.issuer,
      aud: options.audience,
      sub: subject.userId,
      client_id: CLIENT_ID,
      sid: subject.sessionId,
      jti: options.newId(),
      iat: issuedAt,
      exp: issuedAt + options.ttlSeconds,
      auth_time: Math.floor(subject.authenticatedAt.getTime() / 1000),
      amr: subject.amr,
      email_verified: subject.emailVerified,
      roles: subject.roles,
      scope: subject.scopes.join(' '),
    };
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: ACCESS_TOKEN_TYPE })
      .sign(key.privateKey);
    return { token, claims, expiresAt: addSeconds(new Date(issuedAt * 1000), options.ttlSeconds) };
  };
}
