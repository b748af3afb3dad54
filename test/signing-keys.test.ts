import { rm } from 'node:fs/promises';
import { decodeProtectedHeader, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CachingVerifier } from './harness/caching-verifier.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';
import { keyRingOf, rotateSigningKey, rotateSigningKeyIfDue } from './harness/service-parts.js';

const ISSUER = 'http://localhost:4000';
const MINUTE = 60;
/**
 * The lead of a new key is twice the max-age: 10 minutes. Tokens live 10 minutes; keys stay for a
 * minute of skew more.
 */
const RHYTHM = {
  AUTHGRAPH_JWKS_MAX_AGE: '5m',
  AUTHGRAPH_ACCESS_TOKEN_TTL: '10m',
  AUTHGRAPH_KEY_ROTATION: '1h',
};

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

async function publishedKids(service: TestService): Promise<(string | undefined)[]> {
  const { keys } = (await (await fetch(`${service.url}/.well-known/jwks.json`)).json()) as {
    keys: JWK[];
  };
  return keys.map(({ kid }) => kid);
}

/** What each node's timer does when it rings. */
function timerRings(service: TestService): Promise<Date> {
  return rotateSigningKeyIfDue(service);
}

async function refreshed(
  service: TestService,
  refreshToken: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  return (await service.send(REFRESH, { refreshToken })).body.data.refreshSession.tokens;
}

describe('the life of a signing key', () => {
  const clock = new FakeClock();
  let service: TestService;
  let user: TestUser;
  beforeAll(async () => {
    service = await startService({ clock, env: RHYTHM });
    user = await signUpUser(service.send);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('is sealed at rest: its row shows the public half only, and nobody else can read the other one', async () => {
    const rows = await service.sql<{ public_jwk: JWK; sealed_private_jwk: Uint8Array }>(
      'select * from signing_keys',
    );
    expect(rows).toHaveLength(1);
    for (const { public_jwk: publicJwk, sealed_private_jwk: sealed } of rows) {
      expect(Object.keys(publicJwk).toSorted()).toEqual([
        'alg',
        'crv',
        'kid',
        'kty',
        'use',
        'x',
        'y',
      ]);
      expect(sealed.length).toBeGreaterThan(100);
      const text = Buffer.from(sealed).toString('latin1');
      expect(text).not.toContain('"d"');
      expect(text).not.toContain(String(publicJwk.x));
    }
    expect(JSON.stringify(rows)).not.toContain('"d":');
    expect(service.logged()).not.toContain('"d":');
  });

  it('goes from published to active to retired to gone, and its tokens are valid for all of theirs', async () => {
    let current = { accessToken: user.accessToken, refreshToken: user.refreshToken };
    const next = async () => {
      current = await refreshed(service, current.refreshToken);
      return current.accessToken;
    };
    const ring = await keyRingOf(service);
    const status = () => ring.list().map(({ key, status: stands }) => `${key.kid} ${stands}`);
    const first = kidOf(user.accessToken);
    expect(await publishedKids(service)).toEqual([first]);

    clock.advance(50 * MINUTE - 1);
    await timerRings(service);
    expect(await publishedKids(service)).toEqual([first]); // not due yet
    clock.advance(1);
    const dueAgain = await timerRings(service);
    const [, second, ...more] = await publishedKids(service);
    expect(more).toEqual([]);
    expect(status()).toEqual([`${first} ACTIVE`, `${second} PUBLISHED`]);
    // and the timer has nothing to do till then
    expect((dueAgain.getTime() - clock.now().getTime()) / 1000).toBe(60 * MINUTE);
    await timerRings(service);
    await rotateSigningKey(service); // neither does an impatient operator make a third
    expect(await publishedKids(service)).toEqual([first, second]);

    clock.advance(2 * 5 * MINUTE - 1); // twice the max-age in the JWKS before it signs
    const last = await next();
    expect(kidOf(last)).toBe(first);
    clock.advance(1);
    expect(kidOf(await next())).toBe(second);
    expect(status()).toEqual([`${first} RETIRED`, `${second} ACTIVE`]);

    clock.advance(10 * MINUTE - 2); // the last second of the last token that the first key signed
    expect((await service.send(ME, {}, bearer(last))).body.data.me.id).toBe(user.id);
    expect(await publishedKids(service)).toEqual([first, second]);
    clock.advance(MINUTE + 1);
    expect(await publishedKids(service)).toEqual([first, second]);
    clock.advance(1);
    expect(await publishedKids(service)).toEqual([second]);
    expect(status()).toEqual([`${second} ACTIVE`]);

    clock.advance(39 * MINUTE);
    await timerRings(service);
    const rows = await service.sql<{ kid: string }>(
      'select kid from signing_keys order by activates_at',
    );
    // the first one's row is deleted
    expect(rows.map(({ kid }) => kid)).toEqual([second, (await publishedKids(service))[1]]);
  });
});

describe('a verifier that caches the JWKS for its full max-age', () => {
  it('never refuses a valid token across four rotations, however its cache falls, and nor does the service', async () => {
    const clock = new FakeClock();
    // A second over ten minutes: each token is still checked in the last second of its life.
    const env = {
      AUTHGRAPH_JWKS_MAX_AGE: '5m',
      AUTHGRAPH_ACCESS_TOKEN_TTL: '601s',
      AUTHGRAPH_KEY_ROTATION: '15m',
    };
    await using service = await startService({ clock, env });
    const user = await signUpUser(service.send);
    const verifiers = Array.from(
      { length: 5 },
      () => new CachingVerifier(service.url, ISSUER, clock),
    );
    let { refreshToken } = user;
    let live: { token: string; issuedAt: number }[] = [];
    const kids = new Set<string | undefined>();
    let checks = 0;

    for (let minute = 0; minute <= 72; minute++) {
      // Fetching right before a key is published is the worst that a cache can do; each verifier
      // has another phase.
      for (const verifier of verifiers.slice(0, minute + 1)) await verifier.renewWhenStale();
      await timerRings(service);
      const tokens = await refreshed(service, refreshToken);
      refreshToken = tokens.refreshToken;
      live = [...live, { token: tokens.accessToken, issuedAt: minute }].filter(
        ({ issuedAt }) => minute - issuedAt <= 10,
      );
      kids.add(kidOf(tokens.accessToken));
      for (const verifier of verifiers.slice(0, minute + 1)) {
        for (const entry of [live.at(0), live.at(live.length / 2), live.at(-1)]) {
          expect((await verifier.verify(entry?.token ?? '')).sub).toBe(user.id);
          checks += 1;
        }
      }
      const oldest = live[0]?.token ?? '';
      expect((await service.send(ME, {}, bearer(oldest))).body.data.me.id).toBe(user.id);
      clock.advance(MINUTE);
    }
    expect(kids.size).toBe(5);
    expect(checks).toBeGreaterThan(1_000);
  }, 60_000);
});

describe('the algorithm', () => {
  it('can be changed between two starts on one database: no session ends, and no valid token is refused', async () => {
    const clock = new FakeClock();
    const dataDir = await copyTemplate();
    try {
      let user: TestUser | undefined;
      let refreshToken = '';
      let accessToken = '';
      let before: string | undefined;
      for (const algorithm of ['ES256', 'RS256', 'EdDSA', 'ES256']) {
        await using service = await startService({
          clock,
          dataDir,
          env: { ...RHYTHM, AUTHGRAPH_SIGNING_ALG: algorithm },
        });
        user ??= await signUpUser(service.send);
        refreshToken ||= user.refreshToken;
        if (before !== undefined) {
          expect((await service.send(ME, {}, bearer(accessToken))).body.data.me.id).toBe(user.id);
          const early = await refreshed(service, refreshToken);
          refreshToken = early.refreshToken;
          // the new key is not known everywhere yet
          expect(decodeProtectedHeader(early.accessToken).alg).toBe(before);
          clock.advance(10 * MINUTE - 1);
          expect((await service.send(ME, {}, bearer(early.accessToken))).body.data.me.id).toBe(
            user.id,
          );
          clock.advance(1);
        }
        ({ accessToken, refreshToken } = await refreshed(service, refreshToken));
        expect(decodeProtectedHeader(accessToken).alg).toBe(algorithm);
        expect((await service.send(ME, {}, bearer(accessToken))).body.data.me.id).toBe(user.id);
        before = algorithm;
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 60_000);
});

describe('private keys at rest', () => {
  it('cannot be opened under another AUTHGRAPH_SECRET: the log says so, nothing is issued, and the right one heals it', async () => {
    const dataDir = await copyTemplate();
    try {
      const user = await withService({ dataDir }, (service) => signUpUser(service.send));
      await withService(
        { dataDir, env: { AUTHGRAPH_SECRET: 'Zk3vNq8sTy1uWx5bCd7eFg9hJm2pRr4t' } },
        async (service) => {
          expect(service.logged()).toContain('AUTHGRAPH_SECRET is not the one it was sealed with');
          const ready = await fetch(`${service.url}/health/ready`);
          expect(ready.status).toBe(503);
          expect(await ready.json()).toMatchObject({
            checks: { database: true, migrations: true, keys: false },
          });
          expect((await fetch(`${service.url}/.well-known/jwks.json`)).status).toBe(503);
          expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
          for (const [query, variables] of [
            [SIGN_IN, { input: { email: user.email, password: GOOD_PASSWORD } }],
            [REFRESH, { refreshToken: user.refreshToken }],
            [ME, {}],
          ] as const) {
            const answer = await service.send(query, variables, bearer(user.accessToken));
            expect(answer.status).toBe(503);
            expect(answer.body.errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE');
          }
          expect(await service.sql('select generation from sessions')).toEqual([{ generation: 0 }]);
          expect(await service.sql('select count(*)::int as keys from signing_keys')).toEqual([
            { keys: 1 },
          ]);
        },
      );
      await withService({ dataDir }, async (service) => {
        expect((await service.send(ME, {}, bearer(user.accessToken))).body.data.me.id).toBe(
          user.id,
        );
      });
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

async function withService<Result>(
  options: Parameters<typeof startService>[0],
  use: (service: TestService) => Promise<Result>,
): Promise<Result> {
  await using service = await startService(options);
  return await use(service);
}
