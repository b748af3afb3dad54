import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from './harness/fake-clock.js';
import { type Answer, GOOD_PASSWORD, ME } from './harness/graphql-client.js';
import { makeProofKey, type ProofKey } from './harness/proof-key.js';
import { startService, type TestService } from './harness/service.js';

const URL = 'http://localhost:4000/graphql';
const GATEWAY = 'https://gateway.example.com/graphql';

const FIELDS = '__typename user { id } session { id bound } tokenType';
const TOKENS = 'tokens { accessToken refreshToken }';
const SIGN_UP = `mutation ($input: SignUpInput!) { result: signUp(input: $input) {
  ... on SignedIn { ${FIELDS} ${TOKENS} } ... on Problem { __typename message } } }`;
const SIGN_IN = SIGN_UP.replace('SignUpInput', 'SignInInput').replace('signUp', 'signIn');
const REFRESH = `mutation ($refreshToken: String) {
  result: refreshSession(input: { refreshToken: $refreshToken }) {
    ... on SessionRefreshed { __typename session { id bound } tokenType ${TOKENS} }
    ... on RefreshRejected { __typename reason message } } }`;
const SIGN_OUT = `mutation ($input: SignOutInput) { result: signOut(input: $input) {
  ... on SignedOut { endedSessions } } }`;

const clock = new FakeClock();
let service: TestService;
let key: ProofKey;
let thief: ProofKey;

beforeAll(async () => {
  service = await startService({ clock, env: { AUTHGRAPH_PROOF_URLS: GATEWAY } });
  key = await makeProofKey(() => clock.now());
  thief = await makeProofKey(() => clock.now());
});
afterAll(() => service[Symbol.asyncDispose]());

const proving = async (by: ProofKey, url = URL, token?: string) => ({
  dpop: await by.proof(url, token === undefined ? {} : { token }),
});
const using = async (token: string, by = key, url = URL) => ({
  authorization: `DPoP ${token}`,
  ...(await proving(by, url, token)),
});
const agent = { 'user-agent': 'the owner' };

let made = 0;
async function signUp(headers: Record<string, string>, to = service): Promise<Answer> {
  const email = `bound-${++made}@users.example.com`;
  return to.send(SIGN_UP, { input: { email, password: GOOD_PASSWORD } }, headers);
}

async function boundSession(by = key) {
  const { body } = await signUp({ ...(await proving(by)), ...agent });
  const { user, session, tokens } = body.data.result;
  return { userId: user.id, id: session.id, ...tokens };
}

const refresh = async (refreshToken: string, headers: Record<string, string> = {}) =>
  (await service.send(REFRESH, { refreshToken }, headers)).body.data.result;
const row = async (id: string) =>
  (await service.sql('select generation, end_reason from sessions where id = ?', [id]))[0];
const failure = ({ status, body }: Answer) => ({ status, ...body.errors?.[0]?.extensions });

describe('a session that is bound to a key (RFC 9449)', () => {
  it('starts at a sign-up or sign-in with a proof, and its access token names the key', async () => {
    const { body } = await signUp(await proving(key));
    const { tokens, session, tokenType } = body.data.result;
    expect({ session: session.bound, tokenType }).toEqual({ session: true, tokenType: 'DPOP' });
    expect(decodeJwt(tokens.accessToken).cnf).toEqual({ jkt: key.thumbprint });
    const input = { email: `bound-${made}@users.example.com`, password: GOOD_PASSWORD };
    const again = (await service.send(SIGN_IN, { input }, await proving(thief))).body.data.result;
    expect(decodeJwt(again.tokens.accessToken).cnf).toEqual({ jkt: thief.thumbprint });
  });

  it('is not made without a proof', async () => {
    const { tokens, tokenType, session } = (await signUp({})).body.data.result;
    expect({ tokenType, session: session.bound }).toEqual({ tokenType: 'BEARER', session: false });
    expect(decodeJwt(tokens.accessToken)).not.toHaveProperty('cnf');
    expect(
      (await service.send(ME, {}, { authorization: `Bearer ${tokens.accessToken}` })).status,
    ).toBe(200);
  });

  it.each(['ES256', 'EdDSA', 'RS256'])('can be bound to a key for %s', async (alg) => {
    const other = await makeProofKey(() => clock.now(), alg);
    const { accessToken } = await boundSession(other);
    const answer = await service.send(ME, {}, await using(accessToken, other));
    expect(answer.body.data.me).not.toBeNull();
  });

  it('answers to its access token with a proof, under either scheme', async () => {
    const { accessToken, userId } = await boundSession();
    for (const scheme of ['DPoP', 'dpop', 'Bearer']) {
      const headers = { ...(await using(accessToken)), authorization: `${scheme} ${accessToken}` };
      expect((await service.send(ME, {}, headers)).body.data.me?.id).toBe(userId);
    }
  });

  it('is worth nothing to whoever stole its access token', async () => {
    const { accessToken } = await boundSession();
    const { accessToken: other } = await boundSession();
    const own = await using(accessToken);
    const cases: [string, () => Promise<Record<string, string>>][] = [
      ['PROOF_MISSING', async () => ({})],
      ['PROOF_KEY_MISMATCH', () => proving(thief, URL, accessToken)],
      ['PROOF_TOKEN_MISMATCH', () => proving(key, URL, other)],
    ];
    for (const [reason, proof] of cases) {
      for (const authorization of [own.authorization, `Bearer ${accessToken}`]) {
        const answer = await service.send(ME, {}, { authorization, ...(await proof()) });
        expect(failure(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', reason });
        expect(answer.headers.get('www-authenticate')).toContain('DPoP');
      }
    }
    const withoutHash = await service.send(ME, {}, { ...own, ...(await proving(key)) });
    expect(failure(withoutHash)).toMatchObject({ reason: 'PROOF_TOKEN_MISMATCH' });
  });

  it('takes each proof once', async () => {
    const { accessToken } = await boundSession();
    const headers = await using(accessToken);
    expect((await service.send(ME, {}, headers)).status).toBe(200);
    expect(failure(await service.send(ME, {}, headers))).toMatchObject({
      status: 401,
      reason: 'PROOF_REPLAYED',
    });
  });

  it('is refreshed by a fresh proof of the same key, and the new tokens are bound to it', async () => {
    const { refreshToken, id } = await boundSession();
    const { tokens, tokenType } = await refresh(refreshToken, await proving(key));
    expect({ tokenType, cnf: decodeJwt(tokens.accessToken).cnf }).toEqual({
      tokenType: 'DPOP',
      cnf: { jkt: key.thumbprint },
    });
    expect(await row(id)).toEqual({ generation: 1, end_reason: null });
  });

  it('gives a stolen refresh token nothing, current, within the grace window or after it, and goes on for its owner', async () => {
    const { refreshToken: stolen, id } = await boundSession();
    const attempts = async () => [
      await refresh(stolen, agent),
      await refresh(stolen, { ...agent, ...(await proving(thief)) }),
    ];
    const unproven = { __typename: 'RefreshRejected', reason: 'UNPROVEN' };
    expect(await attempts()).toMatchObject([unproven, unproven]);
    const { tokens } = await refresh(stolen, { ...agent, ...(await proving(key)) });
    expect(await attempts()).toMatchObject([unproven, unproven]);
    clock.advance(60);
    expect(await attempts()).toMatchObject([unproven, unproven]);
    expect(await row(id)).toEqual({ generation: 1, end_reason: null });
    expect(await refresh(tokens.refreshToken, await proving(key))).toMatchObject({
      __typename: 'SessionRefreshed',
    });
    expect(service.logged()).toContain('"event":"session.token_unproven"');
  });

  it('still ends where the holder of its key shows a spent token', async () => {
    const { refreshToken, id } = await boundSession();
    await refresh(refreshToken, await proving(key));
    clock.advance(60);
    expect(await refresh(refreshToken, await proving(key))).toMatchObject({ reason: 'REUSED' });
    expect(await row(id)).toMatchObject({ end_reason: 'refresh_token_reused' });
  });

  it('lets a stolen refresh token sign nobody out', async () => {
    const { refreshToken, id } = await boundSession();
    for (const everywhere of [true, false]) {
      const { body } = await service.send(SIGN_OUT, { input: { refreshToken, everywhere } });
      expect(body.data.result.endedSessions).toBe(0);
    }
    expect(await row(id)).toMatchObject({ end_reason: null });
    const own = await service.send(SIGN_OUT, { input: { refreshToken } }, await proving(key));
    expect(own.body.data.result.endedSessions).toBe(1);
  });

  it('may have its tokens in cookies', async () => {
    const input = { email: `bound-${++made}@users.example.com`, password: GOOD_PASSWORD };
    const answer = await service.send(
      SIGN_UP,
      { input: { ...input, delivery: 'COOKIE' } },
      await proving(key),
    );
    expect(answer.body.data.result).toMatchObject({ tokenType: 'DPOP', tokens: null });
    const cookie = answer.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const token = /authgraph-at=([^;]+)/.exec(cookie)?.[1] ?? '';
    expect(failure(await service.send(ME, {}, { cookie }))).toMatchObject({
      reason: 'PROOF_MISSING',
    });
    const headers = { cookie, ...(await proving(key, URL, token)) };
    expect((await service.send(ME, {}, headers)).body.data.me).not.toBeNull();
    const query = 'mutation { result: refreshSession { __typename } }';
    const refused = await service.send(query, {}, { cookie });
    expect(refused.body.data.result.__typename).toBe('RefreshRejected');
    const renewed = await service.send(query, {}, { cookie, ...(await proving(key)) });
    expect(renewed.body.data.result.__typename).toBe('SessionRefreshed');
  });
});

describe('a proof that is not right', () => {
  const faults: [string, string, Parameters<ProofKey['proof']>[1]][] = [
    ['for another method', 'PROOF_METHOD_MISMATCH', { claims: { htm: 'GET' } }],
    ['for another URL', 'PROOF_URL_MISMATCH', { claims: { htu: 'https://evil.example/graphql' } }],
    ['for another path', 'PROOF_URL_MISMATCH', { claims: { htu: `${URL}/x` } }],
    [
      'for another realm',
      'PROOF_URL_MISMATCH',
      { claims: { htu: 'http://localhost:4000/realms/x/graphql' } },
    ],
    [
      'of two minutes ago',
      'PROOF_EXPIRED',
      { claims: { iat: Math.floor(clock.now().getTime() / 1000) - 10_000 } },
    ],
    [
      'of the future',
      'PROOF_EXPIRED',
      { claims: { iat: Math.floor(clock.now().getTime() / 1000) + 10_000 } },
    ],
    ['without an id', 'PROOF_MALFORMED', { claims: { jti: undefined } }],
    ['without a time', 'PROOF_MALFORMED', { claims: { iat: undefined } }],
    ['without a method', 'PROOF_MALFORMED', { claims: { htm: undefined } }],
    ['without a URL', 'PROOF_MALFORMED', { claims: { htu: undefined } }],
    ['for what is no URL', 'PROOF_MALFORMED', { claims: { htu: 'graphql' } }],
    ['of another type', 'PROOF_MALFORMED', { header: { typ: 'JWT' } }],
    ['without a key', 'PROOF_MALFORMED', { header: { jwk: undefined } }],
  ];

  it.each(faults)(
    '%s is refused with %s, and nobody is signed in',
    async (_what, reason, changes) => {
      const answer = await signUp({ dpop: await key.proof(URL, changes) });
      expect(failure(answer)).toMatchObject({ code: 'INVALID_DPOP_PROOF', reason });
      expect(answer.body.data).toBeNull();
      const email = `bound-${made}@users.example.com`;
      expect(await service.sql('select 1 from users where email = ?', [email])).toEqual([]);
    },
  );

  it('is one that was signed by another key, holds a private key, or comes twice', async () => {
    const { privateKey, privateJwk } = await makeProofKey(() => clock.now());
    const proofs = [
      await key.proof(URL, { signedBy: privateKey }),
      await key.proof(URL, { header: { jwk: privateJwk }, signedBy: privateKey }),
      `${await key.proof(URL)}, ${await key.proof(URL)}`,
      'x',
      'x'.repeat(5_000),
    ];
    for (const dpop of proofs) {
      expect(failure(await signUp({ dpop }))).toMatchObject({ reason: 'PROOF_MALFORMED' });
    }
  });

  it('is refused at the refresh too, which spends nothing', async () => {
    const { refreshToken, id } = await boundSession();
    const dpop = await key.proof(URL, { claims: { htm: 'GET' } });
    const answer = await service.send(REFRESH, { refreshToken }, { dpop });
    expect(failure(answer)).toMatchObject({
      code: 'INVALID_DPOP_PROOF',
      reason: 'PROOF_METHOD_MISMATCH',
    });
    expect(await row(id)).toEqual({ generation: 0, end_reason: null });
  });

  it('says what time it is, to a client whose clock is wrong', async () => {
    const answer = await signUp({ dpop: await key.proof(URL, { claims: { iat: 1 } }) });
    const now = Math.floor(clock.now().getTime() / 1000);
    expect(failure(answer)).toMatchObject({ reason: 'PROOF_EXPIRED', serverTime: now });
  });

  it('is one that was used, at sign-in and at refresh', async () => {
    const headers = await proving(key);
    const first = (await signUp(headers)).body.data.result;
    const replayed = { code: 'INVALID_DPOP_PROOF', reason: 'PROOF_REPLAYED' };
    expect(failure(await signUp(headers))).toMatchObject(replayed);
    const { refreshToken } = first.tokens;
    expect(failure(await service.send(REFRESH, { refreshToken }, headers))).toMatchObject(replayed);
  });
});

describe('a client behind a gateway', () => {
  it('names the URL of the gateway, whose several reads for one request go by one proof', async () => {
    const { body } = await signUp(await proving(key, GATEWAY));
    const { accessToken } = body.data.result.tokens;
    const headers = await using(accessToken, key, GATEWAY);
    for (const status of [200, 200]) {
      expect((await service.send(ME, {}, headers)).status).toBe(status);
    }
    const first = await service.send(SIGN_OUT, {}, headers);
    expect(first.body.data.result.endedSessions).toBe(1);
    const again = await service.send(
      'mutation { revokeOtherSessions { endedSessions } }',
      {},
      headers,
    );
    expect(again.body.errors).toBeDefined();
  });

  it('learns whether its proofs are accepted before it signs in', async () => {
    const ask = async (headers: Record<string, string>) =>
      service.send('{ proofAccepted }', {}, headers);
    expect((await ask({})).body.data).toEqual({ proofAccepted: false });
    expect((await ask(await proving(key))).body.data).toEqual({ proofAccepted: true });
    expect((await ask(await proving(key, GATEWAY))).body.data).toEqual({ proofAccepted: true });
    expect(
      failure(await ask(await proving(key, 'https://elsewhere.example/graphql'))),
    ).toMatchObject({
      reason: 'PROOF_URL_MISMATCH',
    });
  });
});
