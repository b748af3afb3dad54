import { createAuthClient } from '@authgraph/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { refresh } from './harness/accounts.js';
import {
  GOOD_PASSWORD,
  graphqlClient,
  SIGN_IN,
  SIGN_UP,
  signUpUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { linkToken } from './harness/service-parts.js';

const RATES = {
  AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
  AUTHGRAPH_LIMITS: 'all',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ACCOUNT: '4/15m',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ADDRESS: '8/15m',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ADDRESS_AND_ACCOUNT: '6/1d',
  AUTHGRAPH_LIMIT_SIGN_UP_PER_ADDRESS: '2/1h',
  AUTHGRAPH_LIMIT_REFRESH_PER_SESSION: '5/1m',
};

const RESET_PASSWORD = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) {
  ... on PasswordChanged { deviceToken } } }`;

const from = (address: string) => ({ 'x-forwarded-for': address });
let addresses = 0;
/** An address that nobody has come from yet. */
const stranger = () => {
  addresses += 1;
  return `10.${addresses >> 8}.${addresses & 255}.1`;
};

async function signIn(
  { send }: TestService,
  email: string,
  password: string,
  address = stranger(),
): Promise<{ __typename: string; retryAfterSeconds?: number }> {
  const query = SIGN_IN.replace(
    '... on Problem',
    '... on RateLimited { retryAfterSeconds } ... on Problem',
  );
  const { body } = await send(query, { input: { email, password } }, from(address));
  return body.data.signIn;
}

const plain = (init: RequestInit | undefined) => Object.fromEntries(new Headers(init?.headers));

/** How many of the answers are of each kind. */
function tally(answers: readonly { __typename: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of answers) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

describe('limits', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ env: RATES });
  });
  afterAll(() => service[Symbol.asyncDispose]());
  const newUser = () =>
    signUpUser((query, variables) => service.send(query, variables, from(stranger())));

  it.each([
    ['an account', async () => (await newUser()).email],
    ['an address that nobody has', async () => 'nobody@example.com'],
  ])(
    'allow N guesses for %s, however many come at once (requirement 24)',
    async (_who, emailOf) => {
      const email = await emailOf();
      const guesses = Array.from({ length: 20 }, (_, n) => signIn(service, email, `wrong ${n}`));
      const answers = await Promise.all(guesses);
      expect(tally(answers)).toEqual({ InvalidCredentials: 4, RateLimited: 16 });
      const { retryAfterSeconds = 0 } = await signIn(service, email, GOOD_PASSWORD);
      expect(retryAfterSeconds).toBeGreaterThan(800);
      expect(retryAfterSeconds).toBeLessThanOrEqual(900);
    },
  );

  it('ask the database nothing for a guess that they refuse', async () => {
    const { email } = await newUser();
    for (let n = 0; n < 4; n += 1) await signIn(service, email, 'wrong');
    const client = service.app.platform.database.em().getConnection().getClient();
    const statements = vi.spyOn(client, 'executeQuery');
    const { __typename } = await signIn(service, email, 'wrong');
    // others are the node's own, now and then
    const asked = statements.mock.calls.filter(
      ([query]) => 'sql' in query && /passwords/.test(query.sql),
    );
    statements.mockRestore();
    expect({ __typename, asked }).toEqual({ __typename: 'RateLimited', asked: [] });
  });

  it('forget the wrong passwords of an account once the right one was given', async () => {
    const { email } = await newUser();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 3; n += 1)
        expect((await signIn(service, email, 'wrong')).__typename).toBe('InvalidCredentials');
      expect((await signIn(service, email, GOOD_PASSWORD)).__typename).toBe('SignedIn');
    }
  });

  it('do not forget those of an address when it signs into an account of its own', async () => {
    const { email } = await newUser();
    const address = stranger();
    const victims = Array.from({ length: 10 }, (_, n) => `victim-${n}@example.com`);
    const answers = [];
    for (const victim of victims) {
      answers.push(await signIn(service, victim, 'wrong', address));
      await signIn(service, email, GOOD_PASSWORD, address);
    }
    expect(tally(answers)).toEqual({ InvalidCredentials: 8, RateLimited: 2 });
  });

  it('take an IPv6 /64 for one address (requirement 29)', async () => {
    const answers = [];
    for (let n = 0; n < 10; n += 1)
      answers.push(await signIn(service, `v6-${n}@example.com`, 'wrong', `2001:db8::${n + 1}`));
    expect(tally(answers)).toEqual({ InvalidCredentials: 8, RateLimited: 2 });
    const other = await signIn(service, 'v6@example.com', 'wrong', '2001:db8:0:1::1');
    expect(other.__typename).toBe('InvalidCredentials');
  });

  it('bound the sign-ups of an address', async () => {
    const address = stranger();
    const answers = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const input = { email: `mass-${n}@example.com`, password: GOOD_PASSWORD };
        return (await service.send(SIGN_UP, { input }, from(address))).body.data.signUp;
      }),
    );
    expect(tally(answers)).toEqual({ SignedIn: 2, RateLimited: 1 });
  });

  it('are as many as the realm says, whatever others do', async () => {
    const { manage } = service.app.use(realms);
    await manage.create('strict', { limitSignInPerAccount: '2/15m' });
    await manage.create('lenient', { limitSignInPerAccount: '7/15m' });
    const guessedAt = async (realm: string) => {
      const send = graphqlClient(`${service.url}/realms/${realm}`);
      const input = { email: 'same@example.com', password: 'wrong' };
      const guess = async () => (await send(SIGN_IN, { input }, from(stranger()))).body.data.signIn;
      return tally(await Promise.all(Array.from({ length: 10 }, guess)));
    };
    expect(await guessedAt('strict')).toEqual({ InvalidCredentials: 2, RateLimited: 8 });
    expect(await guessedAt('lenient')).toEqual({ InvalidCredentials: 7, RateLimited: 3 });
  });

  it('bound the refreshes of a session, and end nothing', async () => {
    const user = await newUser();
    let token = user.refreshToken;
    for (let n = 0; n < 5; n += 1) token = (await refresh(service.send, token)).tokens.refreshToken;
    expect(await refresh(service.send, token)).toMatchObject({ __typename: 'RateLimited' });
    const [row] = await service.sql('select ended_at from sessions where id = ?', [user.sessionId]);
    expect(row).toEqual({ ended_at: null });
  });
});

describe('a device that has signed in before (requirement 7)', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ env: RATES });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  /** Signs in with whatever the device kept; resolves to the answer and what it keeps now. */
  async function signInOn(
    device: { deviceToken?: string; cookie?: string },
    input: { email: string; password: string; delivery?: string },
  ) {
    const { deviceToken, cookie } = device;
    const query = `mutation ($input: SignInInput!) { signIn(input: $input) { __typename
      ... on SignedIn { deviceToken } } }`;
    const headers = { ...from(stranger()), ...(cookie === undefined ? {} : { cookie }) };
    const answer = await service.send(query, { input: { ...input, deviceToken } }, headers);
    const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
    return {
      ...answer.body.data.signIn,
      cookie: cookies.find((each) => each.startsWith('authgraph-device=')),
      setCookies: answer.headers.getSetCookie(),
    };
  }

  const newUser = () =>
    signUpUser((query, variables) => service.send(query, variables, from(stranger())));

  /** A hundred wrong guesses from a hundred addresses. */
  async function attack(email: string): Promise<void> {
    const guesses = Array.from({ length: 100 }, (_, n) => signIn(service, email, `guess ${n}`));
    expect(tally(await Promise.all(guesses))).toEqual({ InvalidCredentials: 4, RateLimited: 96 });
  }

  it.each([
    ['a token that a client kept', 'BODY'],
    ['a cookie', 'COOKIE'],
  ])(
    'lets its owner in by %s, while strangers guess and other devices wait',
    async (_how, delivery) => {
      const { email, password } = await newUser();
      const { deviceToken, cookie } = await signInOn({}, { email, password, delivery });
      expect([deviceToken === null, cookie === undefined]).toEqual(
        delivery === 'COOKIE' ? [true, false] : [false, true],
      );
      await attack(email);
      const kept = delivery === 'COOKIE' ? { cookie } : { deviceToken };
      expect((await signInOn(kept, { email, password })).__typename).toBe('SignedIn');
      expect((await signInOn({}, { email, password })).__typename).toBe('RateLimited');
    },
  );

  it('is what the client kit makes of every device, over sign-outs too', async () => {
    const url = `${service.url}/graphql`;
    // behind addresses of their own
    const fetch: typeof globalThis.fetch = (input, init) =>
      globalThis.fetch(input, { ...init, headers: { ...plain(init), ...from(stranger()) } });
    const own = createAuthClient({ url, fetch });
    const email = 'kit@example.com';
    await own.signUp({ email, password: GOOD_PASSWORD });
    await own.signOut();
    await attack(email);
    const other = createAuthClient({ url, fetch });
    const answers = await Promise.all(
      [own, other].map((client) => client.signIn({ email, password: GOOD_PASSWORD })),
    );
    expect(answers.map(({ __typename }) => __typename)).toEqual(['SignedIn', 'RateLimited']);
  });

  it('is one of its own user only', async () => {
    const [victim, attacker] = [await newUser(), await newUser()];
    const { email, password } = attacker;
    const { deviceToken } = await signInOn({}, { email, password });
    await attack(victim.email);
    const input = { email: victim.email, password: victim.password };
    expect((await signInOn({ deviceToken }, input)).__typename).toBe('RateLimited');
  });

  it('has as many guesses as anybody when it is in other hands', async () => {
    const { email, password } = await newUser();
    const { deviceToken } = await signInOn({}, { email, password });
    const guesses = Array.from({ length: 10 }, () =>
      signInOn({ deviceToken }, { email, password: 'wrong' }),
    );
    expect(tally(await Promise.all(guesses))).toEqual({ InvalidCredentials: 4, RateLimited: 6 });
    // which keeps nobody else out
    expect((await signInOn({}, { email, password })).__typename).toBe('SignedIn');
  });

  it('keeps its cookie from scripts and from other sites', async () => {
    const { email, password } = await newUser();
    const { setCookies } = await signInOn({}, { email, password, delivery: 'COOKIE' });
    const cookie = setCookies.find((each: string) => each.startsWith('authgraph-device='));
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Expires='])
      expect(cookie).toContain(attribute);
  });

  it('is known once its owner has recovered the account, and what strangers guessed is forgotten', async () => {
    const { id, email } = await newUser();
    await attack(email);
    const password = 'violet-badger-sings-31';
    const input = { token: await linkToken(service, id, 'reset'), newPassword: password };
    const { body } = await service.send(RESET_PASSWORD, { input }, from(stranger()));
    const { deviceToken } = body.data.resetPassword;
    expect((await signInOn({}, { email, password })).__typename).toBe('SignedIn');
    await attack(email);
    expect((await signInOn({}, { email, password })).__typename).toBe('RateLimited');
    expect((await signInOn({ deviceToken }, { email, password })).__typename).toBe('SignedIn');
  });
});

describe('the mode of the limits', () => {
  it('accounts, the default in development, counts nothing per address', async () => {
    await using service = await startService({
      env: { ...RATES, AUTHGRAPH_LIMITS: '' },
    });
    const address = stranger();
    const guesses = Array.from({ length: 12 }, (_, n) =>
      signIn(service, `dev-${n}@example.com`, 'wrong', address),
    );
    expect(tally(await Promise.all(guesses))).toEqual({ InvalidCredentials: 12 });
    const atOne = Array.from({ length: 6 }, () => signIn(service, 'one@example.com', 'wrong'));
    expect(tally(await Promise.all(atOne))).toEqual({ InvalidCredentials: 4, RateLimited: 2 });
  });
});
