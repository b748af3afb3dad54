import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oneTimeTokens } from '../src/features/one-time-tokens/index.js';
import { SIGN_UP_TOKEN } from '../src/features/password/index.js';
import { realms } from '../src/features/realms/index.js';
import { roles } from '../src/features/roles/index.js';
import { operator } from '../src/kernel/caller.js';
import type { HookFunctions } from '../src/platform/hooks/hook-functions.js';
import * as operations from './harness/account-operations.js';
import {
  GOOD_PASSWORD,
  graphqlClient,
  REFRESH,
  SIGN_IN,
  SIGN_UP,
  signUpUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { createUser, linkToken, realmOf } from './harness/service-parts.js';

const MASKED = 'Something went wrong on our side.';
const NO = 'Your company is no customer of ours.';
const REFUSAL = { __typename: 'Refused', message: NO, code: 'NO_CUSTOMER' };
const refuse = () => ({ refuse: NO, code: 'NO_CUSTOMER' });
const WITH_CODE = '... on Refused { code } ... on Problem { message }';
/** The operations of other tests, which also ask why. */
const asking = (operation: string) => operation.replace('... on Problem { message }', WITH_CODE);

/** What the test at hand hooks in; the service holds on to what it was started with. */
let hooks: HookFunctions;
let service: TestService;
beforeAll(async () => {
  service = await startService({
    env: {
      AUTHGRAPH_HOOK_TIMEOUT: '1s',
      AUTHGRAPH_SUPERTOKENS: 'true',
      AUTHGRAPH_SUPERTOKENS_PORT: '0',
    },
    hooks: {
      beforeSignUp: (given) => hooks.beforeSignUp?.(given),
      afterSignUp: (given) => hooks.afterSignUp?.(given),
      beforeSignIn: (given) => hooks.beforeSignIn?.(given),
      afterSignIn: (given) => hooks.afterSignIn?.(given),
      claims: (given) => hooks.claims?.(given),
    },
  });
  await service.app.use(realms).manage.create('confirming', { signUp: 'confirm' });
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  hooks = {};
});

let made = 0;
const newEmail = () => `hooked-${++made}@example.com`;

async function signUp(email = newEmail()) {
  const input = { email, password: GOOD_PASSWORD };
  const { body } = await service.send(asking(SIGN_UP), { input });
  return { answer: body.data?.signUp ?? null, errors: body.errors };
}

async function signIn(email: string, password = GOOD_PASSWORD) {
  const { body } = await service.send(asking(SIGN_IN), { input: { email, password } });
  return { answer: body.data?.signIn ?? null, errors: body.errors };
}

async function refresh(refreshToken: string) {
  const { body } = await service.send(REFRESH, { refreshToken });
  return { answer: body.data?.refreshSession ?? null, errors: body.errors };
}

const claimsOf = ({ tokens }: { tokens: { accessToken: string } }) => decodeJwt(tokens.accessToken);
const isStored = async (email: string) =>
  (await service.sql('select 1 from users where email = ?', [email])).length > 0;

describe('beforeSignUp', () => {
  it('refuses in words of its own, knows the realm, and nothing is stored', async () => {
    const seen: object[] = [];
    hooks = {
      beforeSignUp: (given) => {
        seen.push(given);
        return refuse();
      },
    };
    const email = newEmail();
    expect((await signUp(email)).answer).toEqual(REFUSAL);
    expect(await isStored(email)).toBe(false);
    const realm = { id: 'default', issuer: 'http://localhost:4000' };
    const signal = expect.any(AbortSignal);
    const from = { realm, signal, ipAddress: '127.0.0.1', userAgent: 'node' };
    expect(seen).toEqual([{ email, method: 'password', step: 'created', ...from }]);
    const audited = await service.sql(
      `select details->>'code' as code from audit_events where type = 'user.sign_up_denied'`,
    );
    expect(audited).toEqual([{ code: 'NO_CUSTOMER' }]);
  });

  it('adds roles and metadata to what is stored', async () => {
    const realm = await realmOf(service);
    const role = { name: 'editor', scopes: ['posts:write'] };
    await service.app.use(roles).roles.save(realm, role, operator('test'));
    const metadata = { publicMetadata: { team: 'blue' }, privateMetadata: { plan: 'pro' } };
    hooks = { beforeSignUp: async () => ({ roles: ['editor', 'editor'], ...metadata }) };
    const email = newEmail();
    const { answer } = await signUp(email);
    expect(claimsOf(answer)).toMatchObject({ roles: ['editor'], scope: 'posts:write' });
    expect(
      await service.sql(
        `select roles, public_metadata::text as public, private_metadata::text as private
        from users where email = ?`,
        [email],
      ),
    ).toEqual([{ roles: ['editor'], public: '{"team": "blue"}', private: '{"plan": "pro"}' }]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('the directory is down')), 'the directory is down'],
    ['does not answer in time', () => new Promise<never>(() => {}), 'took longer than 1 s'],
    ['answers with something else', () => false, 'answered wrongly'],
    ['misspells a refusal', () => ({ refused: 'no' }), 'answered wrongly'],
    ['adds a role that is none', () => ({ roles: ['nobodys'] }), 'There is no such role'],
    [
      'adds too much metadata',
      () => ({ privateMetadata: { x: 'x'.repeat(9_000) } }),
      'at most 8192 bytes',
    ],
  ])('lets nobody pass when it %s, and says so in the log only', async (_what, hook, reason) => {
    // As JavaScript would have it.
    hooks = { beforeSignUp: hook as NonNullable<HookFunctions['beforeSignUp']> };
    const email = newEmail();
    const before = service.logged().length;
    const { answer, errors } = await signUp(email);
    expect({ answer, message: errors[0].message }).toEqual({ answer: null, message: MASKED });
    expect(await isStored(email)).toBe(false);
    const logged = service.logged().slice(before);
    expect(logged).toMatch(/"hook":"beforeSignUp"/);
    expect(logged).toContain(reason);
  });

  it('learns from its signal that its time is over', async () => {
    const aborted = new Promise((resolve) => {
      hooks = {
        beforeSignUp: ({ signal }) =>
          new Promise<never>(() => signal.addEventListener('abort', resolve)),
      };
    });
    await signUp();
    await aborted;
  });

  it('is asked when an invitation is accepted, which works afterwards', async () => {
    const email = newEmail();
    const user = await createUser(service, { email, password: GOOD_PASSWORD, roles: [] });
    const token = await linkToken(service, user, 'invite');
    const accept = async () => {
      const input = { token, password: 'violet-badger-sings-31' };
      const { body } = await service.send(operations.ACCEPT_INVITATION, { input });
      return body.data.acceptInvitation;
    };
    hooks = { beforeSignUp: ({ method }) => (method === 'invitation' ? refuse() : {}) };
    expect(await accept()).toEqual({ __typename: 'Refused', message: NO });
    const told: object[] = [];
    hooks = {
      beforeSignUp: () => ({ privateMetadata: { plan: 'pro' } }),
      claims: ({ privateMetadata }) => ({ plan: privateMetadata.plan }),
      afterSignUp: ({ userId, method }) => told.push({ userId, method }),
    };
    const answer = await accept();
    expect(claimsOf(answer)).toMatchObject({ sub: user, plan: 'pro' });
    expect(told).toEqual([{ userId: user, method: 'invitation' }]);
  });

  it('is asked before a mail is sent that confirms an address, and again afterwards', async () => {
    const send = graphqlClient(`${service.url}/realms/confirming`);
    const email = newEmail();
    const input = { email, password: GOOD_PASSWORD };
    hooks = { beforeSignUp: ({ step }) => (step === 'requested' ? refuse() : {}) };
    const { body } = await send(asking(SIGN_UP), { input });
    expect(body.data.signUp).toEqual(REFUSAL);
    const job = `select 1 from authgraph_jobs.job where name = 'password.confirm-sign-up'`;
    expect(await service.sql(job).catch(() => [])).toEqual([]); // nor have jobs been set up

    const realm = await realmOf(service, 'confirming');
    const { tokens } = service.app.use(oneTimeTokens);
    const data = { email: { typed: email, normalized: email }, hash: 'none', language: null };
    const owner = { userId: null, subject: email, data };
    const { database } = service.app.platform;
    const { token } = await tokens.issue(database, realm, SIGN_UP_TOKEN, owner);
    const verify = async () => (await send(operations.VERIFY, { token })).body.data.verifyEmail;
    hooks = { beforeSignUp: ({ step }) => (step === 'created' ? refuse() : {}) };
    expect(await verify()).toEqual({ __typename: 'Refused', message: NO });
    expect(await isStored(email)).toBe(false);
    const told: object[] = [];
    hooks = {
      beforeSignUp: () => ({ privateMetadata: { plan: 'pro' } }),
      afterSignUp: (given) => told.push(given),
    };
    const { user } = await verify();
    expect(told).toMatchObject([{ userId: user.id, email, realm: { id: 'confirming' } }]);
    const stored = 'select private_metadata::text as private from users where id = ?';
    expect(await service.sql(stored, [user.id])).toEqual([{ private: '{"plan": "pro"}' }]);
  });
});

describe('beforeSignIn', () => {
  it('refuses whoever has the right password, and is asked about nobody else', async () => {
    const { email, id } = await signUpUser(service.send);
    const asked: object[] = [];
    hooks = {
      beforeSignIn: ({ userId, amr }) => {
        asked.push({ userId, amr });
        return refuse();
      },
    };
    expect((await signIn(email, 'violet-badger-sings-31')).answer.__typename).toBe(
      'InvalidCredentials',
    );
    expect((await signIn(newEmail())).answer.__typename).toBe('InvalidCredentials');
    expect(asked).toEqual([]);
    expect((await signIn(email)).answer).toEqual(REFUSAL);
    expect(asked).toEqual([{ userId: id, amr: ['pwd'] }]);
    const sessions = 'select 1 from sessions where user_id = ?';
    expect(await service.sql(sessions, [id])).toHaveLength(1); // of the sign-up
    const audited = `select user_id from audit_events where type = 'user.sign_in_denied'`;
    expect(await service.sql(audited)).toEqual([{ user_id: id }]);
  });

  it('lets nobody pass when it fails', async () => {
    const { email } = await signUpUser(service.send);
    hooks = {
      beforeSignIn: () => {
        throw new Error('no');
      },
    };
    const { answer, errors } = await signIn(email);
    expect({ answer, message: errors[0].message }).toEqual({ answer: null, message: MASKED });
    expect(service.logged()).toContain('"hook":"beforeSignIn"');
  });
});

describe('claims', () => {
  it('are in the tokens of a sign-up, a sign-in, and each refresh as they are then', async () => {
    let plan = 'free';
    hooks = { claims: ({ userId }) => ({ plan, user: userId, nested: { a: [1] } }) };
    const email = newEmail();
    const { answer } = await signUp(email);
    const sub = answer.user.id;
    const expected = { sub, user: sub, plan: 'free', nested: { a: [1] } };
    expect(claimsOf(answer)).toMatchObject(expected);
    const signedIn = (await signIn(email)).answer;
    expect(claimsOf(signedIn)).toMatchObject(expected);
    plan = 'pro';
    const { refreshToken } = signedIn.tokens;
    expect(claimsOf((await refresh(refreshToken)).answer)).toMatchObject({ sub, plan: 'pro' });
    // Within the grace window, once more.
    expect(claimsOf((await refresh(refreshToken)).answer)).toMatchObject({ sub, plan: 'pro' });
  });

  it('that cannot be had cost a try, and not the refresh token', async () => {
    const { refreshToken, sessionId } = await signUpUser(service.send);
    hooks = { claims: () => Promise.reject(new Error('the directory is down')) };
    const failed = await refresh(refreshToken);
    expect(failed.errors[0].message).toBe(MASKED);
    const generation = 'select generation from sessions where id = ?';
    expect(await service.sql(generation, [sessionId])).toEqual([{ generation: 0 }]);
    hooks = { claims: () => ({ plan: 'pro' }) };
    const { answer } = await refresh(refreshToken);
    expect(claimsOf(answer)).toMatchObject({ plan: 'pro' });
    expect(await service.sql(generation, [sessionId])).toEqual([{ generation: 1 }]);
  });

  it('are not asked for a token that is spent or of nobody', async () => {
    const { refreshToken } = await signUpUser(service.send);
    const { answer } = await refresh(refreshToken);
    await service.sql(`update sessions set rotated_at = rotated_at - interval '1 hour'`);
    let asked = 0;
    hooks = { claims: () => void asked++ };
    expect((await refresh(refreshToken)).answer.reason).toBe('REUSED');
    expect((await refresh(answer.tokens.refreshToken)).answer.reason).toBe('REVOKED');
    expect((await refresh('ag_rt_garbage')).answer.reason).toBe('MALFORMED');
    expect(asked).toBe(0);
  });

  it.each([
    ["are the token's own", { sub: 'somebody-else' }, '\\"sub\\" is a claim of the token'],
    ['are too long', { x: 'x'.repeat(2_000) }, 'more than 1024 bytes'],
    ['are no JSON', { x: 1n }, 'answered wrongly'],
  ])('that %s sign nobody in', async (_what, claims, reason) => {
    hooks = { claims: () => claims };
    const email = newEmail();
    const { answer, errors } = await signUp(email);
    expect({ answer, message: errors[0].message }).toEqual({ answer: null, message: MASKED });
    expect(await isStored(email)).toBe(false);
    expect(service.logged()).toContain(reason);
  });
});

it("says at the start that SuperTokens' SDKs pass the hooks by", () => {
  expect(service.logged()).toContain('asks no hooks');
});

describe('after-hooks', () => {
  it('run when all is stored, before the answer', async () => {
    const told: unknown[] = [];
    const email = newEmail();
    hooks = {
      afterSignUp: async (given) => {
        told.push({ ...given, isStored: await isStored(email) });
      },
      afterSignIn: async ({ userId, sessionId }) => {
        const stored = 'select user_id from sessions where id = ?';
        told.push({ userId, sessions: await service.sql(stored, [sessionId]) });
      },
    };
    const { answer } = await signUp(email);
    const userId = answer.user.id;
    expect(told).toMatchObject([{ userId, email, method: 'password', isStored: true }]);
    await signIn(email);
    expect(told[1]).toEqual({ userId, sessions: [{ user_id: userId }] });
  });

  it('that fail change nothing, and are logged', async () => {
    const fail = () => Promise.reject(new Error('the newsletter is down'));
    hooks = { afterSignUp: fail, afterSignIn: fail };
    const email = newEmail();
    expect((await signUp(email)).answer.__typename).toBe('SignedIn');
    expect((await signIn(email)).answer.__typename).toBe('SignedIn');
    for (const name of ['afterSignUp', 'afterSignIn']) {
      expect(service.logged()).toContain(`"hook":"${name}"`);
    }
    expect(service.logged()).toContain('the newsletter is down');
  });
});
