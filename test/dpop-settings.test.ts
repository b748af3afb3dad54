import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  type Answer,
  GOOD_PASSWORD,
  graphqlClient,
  ME,
  REFRESH,
  type Send,
  SIGN_UP,
  signUpUser,
} from './harness/graphql-client.js';
import { makeProofKey, type ProofKey } from './harness/proof-key.js';
import { startService, type TestService } from './harness/service.js';

const clock = new FakeClock();
let service: TestService;
let key: ProofKey;
let made = 0;

beforeAll(async () => {
  service = await startService({ clock });
  key = await makeProofKey(() => clock.now());
});
afterAll(() => service[Symbol.asyncDispose]());

async function realm(id: string, settings: Record<string, string>) {
  const { manage } = service.app.use(realms);
  await manage.create(id, settings);
  const send = graphqlClient(`${service.url}/realms/${id}`);
  const url = `http://localhost:4000/realms/${id}/graphql`;
  return { send, url, set: (changes: Record<string, string>) => manage.set(id, changes) };
}

const signUp = (send: Send, headers: Record<string, string> = {}) =>
  send(
    SIGN_UP,
    { input: { email: `dpop-${++made}@users.example.com`, password: GOOD_PASSWORD } },
    headers,
  );
const failure = ({ body }: Answer) => body.errors?.[0]?.extensions;

describe('a realm with dpop=off', () => {
  it('looks at no proof, and makes bearer sessions', async () => {
    const { send, url } = await realm('off', { dpop: 'off' });
    for (const dpop of [await key.proof(url), 'rubbish']) {
      const { body } = await signUp(send, { dpop });
      expect(decodeJwt(body.data.signUp.tokens.accessToken)).not.toHaveProperty('cnf');
    }
    const { body } = await send('{ proofAccepted }', {}, { dpop: await key.proof(url) });
    expect(body.data).toEqual({ proofAccepted: false });
  });

  it('still asks for the key of sessions that were bound before', async () => {
    const { send, url, set } = await realm('turned-off', {});
    const { body } = await signUp(send, { dpop: await key.proof(url) });
    const { accessToken: token } = body.data.signUp.tokens;
    await set({ dpop: 'off' });
    const authorization = `DPoP ${token}`;
    expect(failure(await send(ME, {}, { authorization }))).toMatchObject({
      reason: 'PROOF_MISSING',
    });
    const dpop = await key.proof(url, { token });
    expect((await send(ME, {}, { authorization, dpop })).body.data.me).not.toBeNull();
  });
});

describe('a realm with dpop=required', () => {
  it('signs nobody in without a proof, and stores nothing of them', async () => {
    const { send, url } = await realm('required', { dpop: 'required' });
    const refused = await signUp(send);
    expect(failure(refused)).toMatchObject({ code: 'INVALID_DPOP_PROOF', reason: 'PROOF_MISSING' });
    expect(await service.sql("select 1 from users where realm_id = 'required'")).toEqual([]);
    expect(
      (await signUp(send, { dpop: await key.proof(url) })).body.data.signUp.user,
    ).toBeDefined();
  });

  it('lets bearer sessions of before end with their next refresh', async () => {
    const { send, url, set } = await realm('turned-on', {});
    const user = await signUpUser(send);
    await set({ dpop: 'required' });
    for (const headers of [{}, { dpop: await key.proof(url) }]) {
      const { body } = await send(REFRESH, { refreshToken: user.refreshToken }, headers);
      expect(body.data.refreshSession).toMatchObject({ reason: 'UNPROVEN' });
    }
  });
});

describe('a realm with dpopNonce=true', () => {
  it('asks for its nonce, and takes it for five minutes', async () => {
    const { send, url } = await realm('nonces', { dpopNonce: 'true' });
    const refused = await signUp(send, { dpop: await key.proof(url) });
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    expect(failure(refused)).toEqual({
      code: 'USE_DPOP_NONCE',
      reason: 'PROOF_NONCE_REQUIRED',
      nonce,
    });
    const proof = () => key.proof(url, { claims: { nonce } });
    expect((await signUp(send, { dpop: await proof() })).body.data.signUp.user).toBeDefined();
    clock.advance(290);
    const answer = await signUp(send, { dpop: await proof() });
    expect(answer.body.data.signUp.user).toBeDefined();
    expect(answer.headers.get('dpop-nonce')).not.toBe(nonce);
    clock.advance(20);
    expect(failure(await signUp(send, { dpop: await proof() }))).toMatchObject({
      code: 'USE_DPOP_NONCE',
    });
  });

  it('asks for it with an access token too, as RFC 9449 section 9 says', async () => {
    const { send, url } = await realm('nonces-2', { dpopNonce: 'true' });
    const first = await signUp(send, { dpop: await key.proof(url) });
    const nonce = first.headers.get('dpop-nonce');
    const { body } = await signUp(send, { dpop: await key.proof(url, { claims: { nonce } }) });
    const { accessToken: token } = body.data.signUp.tokens;
    const authorization = `DPoP ${token}`;
    const refused = await send(ME, {}, { authorization, dpop: await key.proof(url, { token }) });
    expect({ status: refused.status, ...failure(refused) }).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      reason: 'PROOF_NONCE_REQUIRED',
    });
    expect(refused.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
    const fresh = { nonce: refused.headers.get('dpop-nonce') };
    const dpop = await key.proof(url, { token, claims: fresh });
    expect((await send(ME, {}, { authorization, dpop })).body.data.me).not.toBeNull();
  });

  it('takes no nonce that somebody made up, or that another realm gave', async () => {
    const { send, url } = await realm('nonces-3', { dpopNonce: 'true' });
    const other = await realm('nonces-4', { dpopNonce: 'true' });
    const foreign = (await signUp(other.send, { dpop: await key.proof(other.url) })).headers;
    for (const nonce of ['', 'A'.repeat(30), 7, foreign.get('dpop-nonce')]) {
      const answer = await signUp(send, { dpop: await key.proof(url, { claims: { nonce } }) });
      expect(['USE_DPOP_NONCE', 'INVALID_DPOP_PROOF']).toContain(failure(answer).code);
    }
  });
});
