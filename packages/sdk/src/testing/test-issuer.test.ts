import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../access/decide-access.js';
import { createTestIssuer, type TokenFault } from './test-issuer.js';

const FAULTS: { readonly [Fault in TokenFault]: string } = {
  expired: 'TOKEN_EXPIRED',
  'not-yet-valid': 'TOKEN_INVALID',
  'wrong-issuer': 'TOKEN_INVALID',
  'wrong-audience': 'TOKEN_INVALID',
  'wrong-type': 'TOKEN_INVALID',
  'unknown-key': 'TOKEN_INVALID',
  'bad-signature': 'TOKEN_INVALID',
};

describe('the issuer for tests', async () => {
  const issuer = await createTestIssuer({ audience: 'https://api.test' });
  const access = createAccess({ ...issuer.options, onDenied: () => {} });

  it('makes tokens that a server accepts, for any user, session, scope and role', async () => {
    const headers = await issuer.headers({
      userId: 'ada',
      sessionId: 's7',
      scopes: ['orders:read', 'orders:write'],
      roles: ['admin'],
    });
    expect((await access.decide({ headers })).session).toMatchObject({
      userId: 'ada',
      sessionId: 's7',
      scopes: ['orders:read', 'orders:write'],
      roles: ['admin'],
    });
  });

  it.each(Object.entries(FAULTS))(
    'makes one that is %s, and refused as %s',
    async (fault, reason) => {
      const headers = await issuer.headers({ fault: fault as TokenFault }); // a key of FAULTS
      expect((await access.decide({ headers })).denial?.body.error.reason).toBe(reason);
    },
  );

  it('makes tokens of any age', async () => {
    const young = await issuer.headers({ age: 599 });
    expect((await access.decide({ headers: young })).session?.userId).toBe('user-1');
    const old = await issuer.headers({ age: 606 });
    expect((await access.decide({ headers: old })).denial?.body.error.reason).toBe('TOKEN_EXPIRED');
  });

  it('ends sessions', async () => {
    const headers = await issuer.headers({ sessionId: 'over' });
    issuer.endSession('over');
    const { denial } = await access.decide({ headers });
    expect(denial?.body.error.reason).toBe('TOKEN_REVOKED');
  });

  it('publishes a JWKS that other verifiers read', async () => {
    const { payload } = await jwtVerify(
      await issuer.token({ userId: 'ada' }),
      createLocalJWKSet({ keys: [...issuer.jwks.keys] }),
      { issuer: 'https://auth.test', audience: 'https://api.test', typ: 'at+jwt' },
    );
    expect(payload.sub).toBe('ada');
  });
});
