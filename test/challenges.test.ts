import { createAuthClient } from '@authgraph/client';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  type Answer,
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  signUpUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const AFTER = 3;
const WINDOW_SECONDS = 900;
const PROBLEM = '... on ChallengeRequired { reason challenge } ... on Problem { message }';
const SIGN_IN = `mutation ($input: SignInInput!) { result: signIn(input: $input) { __typename
  ... on SignedIn { deviceToken } ${PROBLEM} } }`;
const SIGN_UP = `mutation ($input: SignUpInput!) { result: signUp(input: $input) { __typename
  ${PROBLEM} } }`;

const clock = new FakeClock();
let service: TestService;
let users = 0;

beforeAll(async () => {
  const env = {
    AUTHGRAPH_LIMITS: 'accounts',
    AUTHGRAPH_CHALLENGE: 'altcha',
    AUTHGRAPH_CHALLENGE_AFTER: `${AFTER}/15m`,
    AUTHGRAPH_CHALLENGE_COST: '1',
  };
  service = await startService({ clock, env });
  const { manage } = service.app.use(realms);
  await manage.create('calm', { challengeAfter: '1000/15m' });
  await manage.create('other', {});
  await manage.create('unchallenged', { challenge: 'none' });
  await manage.create('confirming', { signUp: 'confirm' });
});
afterAll(() => service[Symbol.asyncDispose]());

const at = (realm: string) =>
  realm === 'default' ? service.url : `${service.url}/realms/${realm}`;

interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly deviceToken?: string;
  readonly challengeSolution?: string | undefined;
}

interface Result {
  readonly __typename: string;
  readonly reason?: string;
  readonly challenge?: Parameters<typeof solveChallenge>[0]['challenge'];
  readonly deviceToken?: string;
}

const resultOf = ({ body }: Answer): Result => body.data.result;
const signIn = async (input: Attempt, realm = 'default') =>
  resultOf(await graphqlClient(at(realm))(SIGN_IN, { input }));
const signUp = async (input: Attempt, realm = 'default') =>
  resultOf(await graphqlClient(at(realm))(SIGN_UP, { input }));

const newUser = (realm = 'default') => signUpUser(graphqlClient(at(realm)));

/** One guess each at so many accounts. */
async function attack(realm = 'default', guesses = AFTER): Promise<void> {
  for (let n = 0; n < guesses; n += 1) {
    const { __typename } = await signIn({ email: `v${++users}@example.com`, password: 'x' }, realm);
    expect(__typename).toBe('InvalidCredentials');
  }
}

/** Two windows later nothing is left of the attack. */
afterEach(() => clock.advance(2 * WINDOW_SECONDS));

async function solve({ challenge }: Result): Promise<string> {
  if (challenge === undefined) throw new Error('there is no challenge');
  const solution = await solveChallenge({ challenge, deriveKey });
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}

const nobody = { email: 'nobody@example.com', password: 'wrong' };

describe('while sign-ins of a realm fail in masses', () => {
  it('unknown devices solve a challenge first, and then sign in', async () => {
    const { email, password } = await newUser();
    await attack();
    const asked = await signIn({ email, password });
    expect(asked).toMatchObject({ __typename: 'ChallengeRequired', reason: 'MISSING' });
    const challengeSolution = await solve(asked);
    expect(await signIn({ email, password, challengeSolution })).toMatchObject({
      __typename: 'SignedIn',
    });
  });

  it('sign-ups solve one as well, also where addresses are confirmed', async () => {
    for (const [realm, made] of [
      ['default', 'SignedIn'],
      ['confirming', 'Accepted'],
    ] as const) {
      await attack(realm);
      const input = { email: 'new@example.com', password: GOOD_PASSWORD };
      const asked = await signUp(input, realm);
      expect(asked.__typename).toBe('ChallengeRequired');
      const answer = await signUp({ ...input, challengeSolution: await solve(asked) }, realm);
      expect(answer.__typename).toBe(made);
    }
  });

  it('devices that have signed in before are asked nothing, for their own user only', async () => {
    const [ada, eve] = [await newUser(), await newUser()];
    const { deviceToken = '' } = await signIn({ email: ada.email, password: ada.password });
    await attack();
    const own = { email: ada.email, password: ada.password, deviceToken };
    expect((await signIn(own)).__typename).toBe('SignedIn');
    const others = { email: eve.email, password: eve.password, deviceToken };
    expect((await signIn(others)).__typename).toBe('ChallengeRequired');
  });

  it('whoever is signed in is asked nothing, not even where they have no password', async () => {
    const { id, accessToken } = await newUser();
    await service.sql(
      'delete from passwords where identity_id in (select id from identities where user_id = ?)',
      [id],
    );
    await attack();
    const query = `mutation ($input: DeleteMyAccountInput!) {
      result: deleteMyAccount(input: $input) { __typename } }`;
    const variables = { input: { currentPassword: 'x' } };
    const answer = await service.send(query, variables, bearer(accessToken));
    expect(answer.body.data).toEqual({ result: { __typename: 'InvalidCredentials' } });
  });

  it('the client kit solves what it is asked by itself', async () => {
    const { email, password } = await newUser();
    await attack();
    const client = createAuthClient({ url: `${service.url}/graphql` });
    expect((await client.signIn({ email, password })).__typename).toBe('SignedIn');
    const another = createAuthClient({ url: `${service.url}/graphql` });
    const made = await another.signUp({ email: 'kit@example.com', password: GOOD_PASSWORD });
    expect(made.__typename).toBe('SignedIn');
  });

  it('a solution is good once, however many come at the same time', async () => {
    await attack();
    const challengeSolution = await solve(await signIn(nobody));
    const attempts = Array.from({ length: 5 }, () => signIn({ ...nobody, challengeSolution }));
    const answers = (await Promise.all(attempts)).map(
      ({ __typename, reason }) => reason ?? __typename,
    );
    expect(answers.toSorted()).toEqual(['InvalidCredentials', 'USED', 'USED', 'USED', 'USED']);
  });

  it('a challenge waits five minutes', async () => {
    await attack();
    const [early, late] = [await signIn(nobody), await signIn(nobody)];
    clock.advance(299);
    const challengeSolution = await solve(early);
    expect((await signIn({ ...nobody, challengeSolution })).__typename).toBe('InvalidCredentials');
    clock.advance(2);
    const expired = await signIn({ ...nobody, challengeSolution: await solve(late) });
    expect(expired).toMatchObject({ __typename: 'ChallengeRequired', reason: 'EXPIRED' });
  });

  it('a solution for another realm or operation is none', async () => {
    await attack();
    await attack('other');
    const ofOther = await solve(await signIn(nobody, 'other'));
    const ofSignUp = await solve(await signUp({ email: 'x@example.com', password: GOOD_PASSWORD }));
    for (const challengeSolution of [ofOther, ofSignUp])
      expect((await signIn({ ...nobody, challengeSolution })).reason).toBe('INVALID');
  });

  it('nothing that was not worked for, or that somebody else made, is a solution', async () => {
    await attack();
    const solved = JSON.parse(Buffer.from(await solve(await signIn(nobody)), 'base64').toString());
    const { challenge, solution } = solved;
    const { parameters, signature } = challenge;
    const fresh = await signIn(nobody);
    const forgeries = [
      { challenge, solution: { ...solution, counter: solution.counter + 1 } },
      { challenge, solution: { ...solution, derivedKey: '00'.repeat(32) } },
      { challenge, solution: { counter: '0', derivedKey: null } },
      { challenge, solution: { counter: -1, derivedKey: '00' } },
      { challenge: fresh.challenge, solution },
      { challenge: { parameters, signature: '' }, solution },
      { challenge: { parameters }, solution },
      { challenge: { parameters: { ...parameters, keyPrefix: '' }, signature }, solution },
      { challenge: { parameters: { ...parameters, cost: 1e9 }, signature }, solution },
      { challenge: { parameters: { ...parameters, algorithm: 'x' }, signature }, solution },
      { challenge, solution: null },
      [],
      null,
    ];
    const texts = forgeries.map((each) => Buffer.from(JSON.stringify(each)).toString('base64'));
    for (const challengeSolution of [...texts, 'not base64 \u{1f600}', 'x'.repeat(50_000)])
      expect((await signIn({ ...nobody, challengeSolution })).reason).toBe('INVALID');
    const challengeSolution = Buffer.from(JSON.stringify(solved)).toString('base64');
    expect((await signIn({ ...nobody, challengeSolution })).__typename).toBe('InvalidCredentials');
  });
});

describe('the realm calms', () => {
  it('after a whole window with fewer failures, not before', async () => {
    await attack();
    expect((await signIn(nobody)).__typename).toBe('ChallengeRequired');
    clock.advance(WINDOW_SECONDS);
    expect((await signIn(nobody)).__typename).toBe('ChallengeRequired');
    clock.advance(WINDOW_SECONDS);
    expect((await signIn(nobody)).__typename).toBe('InvalidCredentials');
  });

  it('alone: others are not asked, nor where the setting is none', async () => {
    await attack();
    for (const realm of ['calm', 'unchallenged']) await attack(realm, AFTER + 2);
    expect((await signIn(nobody)).__typename).toBe('ChallengeRequired');
  });
});
