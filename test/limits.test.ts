import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh } from './harness/accounts.js';
import { GOOD_PASSWORD, SIGN_IN, SIGN_UP, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const RATES = {
  AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
  AUTHGRAPH_LIMITS: 'all',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ACCOUNT: '4/15m',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ADDRESS: '8/15m',
  AUTHGRAPH_LIMIT_SIGN_IN_PER_ADDRESS_AND_ACCOUNT: '6/1d',
  AUTHGRAPH_LIMIT_SIGN_UP_PER_ADDRESS: '2/1h',
  AUTHGRAPH_LIMIT_REFRESH_PER_SESSION: '5/1m',
};

const from = (address: string) => ({ 'x-forwarded-for': address });
let addresses = 0;
/** An address that nobody has come from yet. */
const stranger = () => `198.51.100.${++addresses}`;

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

  it('bound the refreshes of a session, and end nothing', async () => {
    const user = await newUser();
    let token = user.refreshToken;
    for (let n = 0; n < 5; n += 1) token = (await refresh(service.send, token)).tokens.refreshToken;
    expect(await refresh(service.send, token)).toMatchObject({ __typename: 'RateLimited' });
    const [row] = await service.sql('select ended_at from sessions where id = ?', [user.sessionId]);
    expect(row).toEqual({ ended_at: null });
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
