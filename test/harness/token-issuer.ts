import type { KeySource } from '@authgraph/sdk';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://auth.example.com';

/** Issues access tokens as authgraph does, for tests of servers that only check them. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: KeySource;
  /** A token with these scopes; one that ended long ago when `expired` is set. */
  token(scopes?: readonly string[], expired?: boolean, claims?: object): Promise<string>;
}

export async function startIssuing(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  return {
    issuer: ISSUER,
    audience: ISSUER,
    jwks: {
      get: async (asked) => (asked === kid ? publicKey : undefined),
      has: (asked) => asked === kid,
    },
    token: (scopes = [], expired = false, more = {}) => {
      const issuedAt = Math.floor(Date.now() / 1000) - (expired ? 7_200 : 0);
      const claims = {
        client_id: 'test',
        sid: 's1',
        auth_time: issuedAt,
        amr: ['pwd'],
        email_verified: true,
        roles: [],
        scope: scopes.join(' '),
        ...more,
      };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setSubject('ada')
        .setJti('j1')
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + 600)
        .sign(privateKey);
    },
  };
}
