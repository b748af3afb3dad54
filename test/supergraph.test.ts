import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAuthClient } from '@authgraph/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessTokenSigner } from '../src/features/sessions/access-token.js';
import { signingKeys } from '../src/features/signing-keys/index.js';
import { addSeconds } from '../src/kernel/clock.js';
import {
  GOOD_PASSWORD,
  REFRESH,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  type TestUser,
} from './harness/graphql-client.js';
import { createUser, realmOf } from './harness/service-parts.js';
import {
  checkOtherCompositions,
  gatewaysAreInstalled,
  INSTALL_GATEWAYS,
  otherCompositionsAreInstalled,
  startTestSupergraph,
  type TestSupergraph,
} from './harness/supergraph.js';

const ISSUER = 'https://auth.example.com';
const GATEWAYS = ['hive', 'apollo'] as const;
type Member = keyof TestSupergraph['urls'];

if (!gatewaysAreInstalled || !otherCompositionsAreInstalled) {
  const what = gatewaysAreInstalled
    ? "Cosmo's and Hive's compositions are"
    : 'The supergraph and its gateways are';
  process.stderr.write(
    `\n*** ${what} NOT tested: not everything of the example is installed. Run: ${INSTALL_GATEWAYS} ***\n\n`,
  );
}

describe.skipIf(!gatewaysAreInstalled)(`the supergraph (needs: ${INSTALL_GATEWAYS})`, () => {
  let supergraph: TestSupergraph;
  /**
   * Ada has written a review and likes a teapot; Bob is anybody else; the admin holds every scope.
   */
  let ada: TestUser;
  let bob: TestUser;
  let admin: TestUser;
  beforeAll(async () => {
    supergraph = await startTestSupergraph(ISSUER, { AUTHGRAPH_TRUST_PROXY: '127.0.0.1' });
    ada = await signUp('hive', 'ada@users.example.com');
    bob = await signUp('apollo');
    await createUser(supergraph.service, {
      email: 'root@users.example.com',
      password: GOOD_PASSWORD,
      roles: ['admin'],
    });
    admin = await signIn('hive', 'root@users.example.com');
    await ask('hive', 'mutation { writeReview(productId: "p1", body: "Pours well") { id } }', ada);
    await ask('apollo', 'mutation { addFavourite(productId: "p1") { id } }', ada);
  }, 180_000);
  afterAll(() => supergraph?.[Symbol.asyncDispose]());

  describe.each(GATEWAYS)('through %s', (gateway) => {
    it('signs up and in, and hands over tokens that work', async () => {
      const email = `${randomUUID()}@users.example.com`;
      const signedUp = await signUp(gateway, email);
      const signedIn = await signIn(gateway, email);
      expect(signedIn.id).toBe(signedUp.id);
      const { data, errors } = await ask(
        gateway,
        '{ me { id email } session { id current } }',
        signedIn,
      );
      expect({ data, errors }).toEqual({
        data: {
          me: { id: signedUp.id, email },
          session: { id: signedIn.sessionId, current: true },
        },
      });
    });

    it('carries the proofs of a client whose session is bound to a key (RFC 9449)', async () => {
      const url = supergraph.urls[gateway];
      const client = createAuthClient({ url });
      const email = `${randomUUID()}@users.example.com`;
      const result = await client.signUp({ email, password: GOOD_PASSWORD });
      expect(result).toMatchObject({ __typename: 'SignedIn', tokenType: 'DPOP' });
      expect(await client.refresh()).toMatchObject({ tokenType: 'DPOP' });
      expect(await client.me()).toMatchObject({ email });
      const query = async (document: string) =>
        client.authFetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: document }),
        });
      // One request of the client, several of the gateway to authgraph.
      const { data, errors } = await (await query(JOIN)).json();
      expect({ email: data.me.email, errors }).toEqual({ email, errors: undefined });
      const { refreshToken = '', accessToken = '' } = client.session?.tokens ?? {};
      const stolen = await ask(gateway, REFRESH, undefined, { refreshToken });
      expect(stolen.data.refreshSession).toMatchObject({ reason: 'UNPROVEN' });
      const alone = await ask(gateway, '{ me { email } }', { accessToken });
      expect(alone.data?.me ?? null).toBeNull();
      expect(await client.signOut()).toMatchObject({ endedSessions: 1 });
    });

    it('tells a wrong password as authgraph does', async () => {
      const input = { email: ada.email, password: 'not-her-password-77' };
      const { data } = await ask(gateway, SIGN_IN, undefined, { input });
      expect(data.signIn).toEqual({
        __typename: 'InvalidCredentials',
        message: expect.any(String),
      });
    });

    const JOIN = `{ me { email favourites { name price reviews { body author { id email } } } reviews { body product { name } } }
      latestReviews { body product { name } author { id email favourites { name } } } }`;

    it('joins a user with the fields of the other subgraphs', async () => {
      const { data, errors } = await ask(gateway, JOIN, ada);
      expect(errors).toBeUndefined();
      expect(data.me).toEqual({
        email: ada.email,
        favourites: [
          {
            name: 'Teapot',
            price: 39,
            reviews: [{ body: 'Pours well', author: { id: ada.id, email: ada.email } }],
          },
        ],
        reviews: [{ body: 'Pours well', product: { name: 'Teapot' } }],
      });
      expect(data.latestReviews).toContainEqual({
        body: 'Pours well',
        product: { name: 'Teapot' },
        author: { id: ada.id, email: ada.email, favourites: [{ name: 'Teapot' }] },
      });
    });

    it('shows the anonymous what is open of the same, and says UNAUTHENTICATED for the rest', async () => {
      const { data, errors } = await ask(gateway, JOIN);
      expect(data.me).toBeNull();
      expect(data.latestReviews).toEqual([
        {
          body: 'Pours well',
          product: { name: 'Teapot' },
          author: { id: ada.id, email: null, favourites: null },
        },
      ]);
      expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
    });

    it.each([
      ['SDL-first', 'mutation { addFavourite(productId: "p2") { id } }'],
      ['type-graphql', 'mutation { writeReview(productId: "p2", body: "Never boils") { id } }'],
    ])('lets no anonymous request do what is @authenticated (%s)', async (_kind, mutation) => {
      const { data, errors } = await ask(gateway, mutation);
      expect(Object.values(data)).toEqual([null]);
      expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
    });

    it('shows what @requiresScopes guards to holders of the scope only', async () => {
      const query = '{ products { name purchasePrice } latestReviews { moderation } }';
      const shown = await ask(gateway, query, admin);
      expect(shown.errors).toBeUndefined();
      expect(shown.data.products[0]).toEqual({ name: 'Teapot', purchasePrice: 12 });
      expect(shown.data.latestReviews[0]).toEqual({ moderation: 'waits for a moderator' });
      for (const [user, code] of [
        [ada, 'FORBIDDEN'] as const,
        [undefined, 'UNAUTHENTICATED'] as const,
      ]) {
        const { data, errors } = await ask(gateway, query, user);
        expect(data.products[0]).toEqual({ name: 'Teapot', purchasePrice: null });
        expect(data.latestReviews[0]).toEqual({ moderation: null });
        expect(codesOf(errors)).toEqual([code]);
      }
    });

    it('keeps what is personal in a user from everybody else (requirement 26)', async () => {
      const query =
        '{ latestReviews { author { id createdAt email emailVerified roles sessions { totalCount nodes { ipAddress } } } } }';
      const open = { id: ada.id, createdAt: expect.any(String) };
      const hidden = { ...open, email: null, emailVerified: null, roles: null, sessions: null };
      for (const stranger of [undefined, bob]) {
        const { data } = await ask(gateway, query, stranger);
        expect(data.latestReviews[0].author).toEqual(hidden);
      }
      const nodes = expect.arrayContaining([{ ipAddress: '127.0.0.1' }]);
      const sessions = { totalCount: expect.any(Number), nodes };
      for (const viewer of [ada, admin]) {
        const { data } = await ask(gateway, query, viewer);
        expect(data.latestReviews[0].author).toEqual({
          ...open,
          email: ada.email,
          emailVerified: false,
          roles: [],
          sessions,
        });
      }
    });

    it('refreshes a session, also for a client that still sends its expired token', async () => {
      const user = await signUp(gateway);
      const expired = { accessToken: await expiredTokenOf(user) };
      const { data } = await ask(gateway, REFRESH, expired, { refreshToken: user.refreshToken });
      const { __typename, session, tokens } = data.refreshSession;
      expect({ __typename, session }).toEqual({
        __typename: 'SessionRefreshed',
        session: { id: user.sessionId },
      });
      expect((await ask(gateway, '{ me { email favourites { name } } }', tokens)).data.me).toEqual({
        email: user.email,
        favourites: [],
      });
      const spent = await ask(gateway, REFRESH, undefined, { refreshToken: tokens.refreshToken });
      expect(spent.data.refreshSession.__typename).toBe('SessionRefreshed');
    });

    it.each([
      ['expired', () => expiredTokenOf(ada)],
      ['garbage', async () => 'garbage'],
      ['not signed by authgraph', async () => `${ada.accessToken.slice(0, -8)}AAAAAAAA`],
    ])(
      'gives nothing to the holder of a token that is %s, and still what is open',
      async (_what, tokenOf) => {
        const bad = { accessToken: await tokenOf() };
        const { data, errors } = await ask(
          gateway,
          '{ me { email } products { name purchasePrice } }',
          bad,
        );
        expect(data.me).toBeNull();
        expect(data.products[0]).toEqual({ name: 'Teapot', purchasePrice: null });
        expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
      },
    );

    it('shows the browser and its own address in the session list, behind a load balancer', async () => {
      const user = await signUp(gateway);
      const headers = {
        authorization: `Bearer ${user.accessToken}`,
        'content-type': 'application/json',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        'x-forwarded-for': '203.0.113.9', // by the load balancer
      };
      const variables = { input: { email: user.email, password: user.password } };
      const body = JSON.stringify({ query: SIGN_IN, variables });
      await fetch(supergraph.urls[gateway], { method: 'POST', headers, body });
      const query = '{ me { sessions { nodes { ipAddress userAgent } } } }';
      const { data } = await ask(gateway, query, user);
      expect(data.me.sessions.nodes).toContainEqual({
        ipAddress: '203.0.113.9',
        userAgent: headers['user-agent'],
      });
    });

    it('lets a page of another origin call it with a token, and with no cookies', async () => {
      const preflight = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      };
      const headers = { origin: 'https://app.example.com', ...preflight };
      const { headers: answer } = await fetch(supergraph.urls[gateway], {
        method: 'OPTIONS',
        headers,
      });
      expect(['*', 'https://app.example.com']).toContain(answer.get('access-control-allow-origin'));
      expect(answer.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
      expect(answer.get('access-control-allow-credentials')).not.toBe('true');
    });

    it('ends a session: refused by authgraph at once, and by the other subgraphs within a second', async () => {
      const user = await signUp(gateway);
      expect((await ask(gateway, '{ me { favourites { name } } }', user)).errors).toBeUndefined();
      expect((await ask(gateway, SIGN_OUT, user)).data.signOut).toEqual({ endedSessions: 1 });
      const endedAt = performance.now();
      expect(reasonsOf((await ask(gateway, '{ me { id } }', user)).errors)).toEqual([
        'TOKEN_REVOKED',
      ]);
      const mutation = 'mutation { addFavourite(productId: "p3") { id } }';
      while (reasonsOf((await ask('products', mutation, user)).errors)[0] !== 'TOKEN_REVOKED') {
        expect(performance.now() - endedAt).toBeLessThan(1_000);
      }
      const { data, errors } = await ask(gateway, mutation, user);
      expect(data.addFavourite).toBeNull();
      expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
      const refused = await ask(gateway, REFRESH, undefined, { refreshToken: user.refreshToken });
      expect(refused.data.refreshSession).toMatchObject({
        __typename: 'RefreshRejected',
        reason: 'REVOKED',
      });
    });
  });

  describe('a subgraph that is asked directly gives away nothing more', () => {
    const hiddenUser = { email: null, emailVerified: null, roles: null, sessions: null };
    const USER = '... on User { email emailVerified roles sessions { totalCount } }';

    /** Who asks whom for which entity, what comes, and with which error. */
    it.each<[Member, string, 'nobody' | 'bob' | 'expired', object | null, string | undefined]>([
      ['authgraph', USER, 'nobody', hiddenUser, undefined],
      ['authgraph', USER, 'bob', hiddenUser, undefined],
      ['authgraph', USER, 'expired', hiddenUser, 'UNAUTHENTICATED'],
      ['authgraph', '... on Session { id user { id } ipAddress }', 'nobody', null, undefined],
      ['authgraph', '... on Session { id user { id } ipAddress }', 'bob', null, undefined],
      [
        'authgraph',
        '... on Session { id user { id } ipAddress }',
        'expired',
        null,
        'UNAUTHENTICATED',
      ],
      [
        'products',
        '... on User { favourites { name } }',
        'nobody',
        { favourites: null },
        'UNAUTHENTICATED',
      ],
      ['products', '... on User { favourites { name } }', 'bob', { favourites: null }, undefined],
      [
        'products',
        '... on User { favourites { name } }',
        'expired',
        { favourites: null },
        'UNAUTHENTICATED',
      ],
      [
        'products',
        '... on Product { purchasePrice }',
        'nobody',
        { purchasePrice: null },
        'UNAUTHENTICATED',
      ],
      ['products', '... on Product { purchasePrice }', 'bob', { purchasePrice: null }, 'FORBIDDEN'],
      [
        'reviews',
        '... on User { reviews { moderation } }',
        'nobody',
        { reviews: [{ moderation: null }] },
        'UNAUTHENTICATED',
      ],
      [
        'reviews',
        '... on User { reviews { moderation } }',
        'bob',
        { reviews: [{ moderation: null }] },
        'FORBIDDEN',
      ],
      [
        'reviews',
        '... on Product { reviews { moderation } }',
        'expired',
        { reviews: [{ moderation: null }] },
        'UNAUTHENTICATED',
      ],
    ])('%s, for %s, by %s', async (subgraph, fragment, who, entity, code) => {
      const { data, errors } = await askForEntity(subgraph, fragment, await callerOf(who));
      expect(data._entities).toEqual([entity]);
      expect(codesOf(errors)).toEqual(code === undefined ? [] : [code]);
    });

    it('and gives those who may see it the same as a gateway does', async () => {
      const own = await askForEntity('products', '... on User { favourites { name } }', ada);
      expect(own.data._entities).toEqual([{ favourites: [{ name: 'Teapot' }] }]);
      const scoped = await askForEntity('products', '... on Product { purchasePrice }', admin);
      expect(scoped.data._entities).toEqual([{ purchasePrice: 12 }]);
      const notes = await askForEntity(
        'reviews',
        '... on Product { reviews { moderation } }',
        admin,
      );
      expect(notes.data._entities).toEqual([
        { reviews: [{ moderation: 'waits for a moderator' }] },
      ]);
    });

    it.each([
      ['products', 'mutation { addFavourite(productId: "p2") { id } }'],
      ['reviews', 'mutation { writeReview(productId: "p2", body: "Never boils") { id } }'],
    ] as const)('%s, for its mutation', async (subgraph, mutation) => {
      const { data, errors } = await ask(subgraph, mutation);
      expect(Object.values(data)).toEqual([null]);
      expect(codesOf(errors)).toEqual(['UNAUTHENTICATED']);
    });
  });

  it.skipIf(!otherCompositionsAreInstalled)(
    "composes with Hive's and Cosmo's libraries too, without errors or warnings",
    async () => {
      const printed = await checkOtherCompositions(supergraph.urls);
      expect(printed).toContain("composes with Hive's library");
      expect(printed).toContain("composes with Cosmo's library");
    },
  );

  async function signUp(
    to: Member,
    email = `${randomUUID()}@users.example.com`,
  ): Promise<TestUser> {
    const { data } = await ask(to, SIGN_UP, undefined, {
      input: { email, password: GOOD_PASSWORD },
    });
    return {
      id: data.signUp.user.id,
      email,
      password: GOOD_PASSWORD,
      sessionId: data.signUp.session.id,
      ...data.signUp.tokens,
    };
  }

  async function signIn(to: Member, email: string): Promise<TestUser> {
    const { data } = await ask(to, SIGN_IN, undefined, {
      input: { email, password: GOOD_PASSWORD },
    });
    return {
      id: data.signIn.user.id,
      email,
      password: GOOD_PASSWORD,
      sessionId: data.signIn.session.id,
      ...data.signIn.tokens,
    };
  }

  async function callerOf(
    who: 'nobody' | 'bob' | 'expired',
  ): Promise<{ accessToken: string } | undefined> {
    if (who === 'nobody') return undefined;
    return who === 'bob' ? bob : { accessToken: await expiredTokenOf(ada) };
  }

  function askForEntity(subgraph: Member, fragment: string, caller?: { accessToken: string }) {
    const typename = /^\.\.\. on (\w+)/.exec(fragment)?.[1] ?? '';
    const id = { User: ada.id, Session: ada.sessionId, Product: 'p1' }[typename];
    const query = `query ($all: [_Any!]!) { _entities(representations: $all) { ${fragment} } }`;
    return ask(subgraph, query, caller, { all: [{ __typename: typename, id }] });
  }

  async function ask(
    to: Member,
    query: string,
    caller?: { accessToken: string },
    variables: object = {},
  ): Promise<GraphQLAnswer> {
    const authorization =
      caller === undefined ? {} : { authorization: `Bearer ${caller.accessToken}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    const response = await fetch(supergraph.urls[to], {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphQLAnswer; // it speaks GraphQL
  }

  /** A token of the user's session that authgraph made an hour ago. */
  async function expiredTokenOf({ id: userId, sessionId }: TestUser): Promise<string> {
    const { app } = supergraph.service;
    const { newId, clock } = app.platform;
    const realm = await realmOf(supergraph.service);
    const anHourAgo = addSeconds(clock.now(), -3_600);
    const sign = accessTokenSigner(app.use(signingKeys).rings, newId);
    const user = {
      userId,
      sessionId,
      authenticatedAt: anHourAgo,
      amr: ['pwd'],
      emailVerified: false,
      roles: ['admin'],
      keyThumbprint: null,
      metadata: undefined,
      added: undefined,
    };
    const scopes = ['users:read', 'sessions:read'];
    return (await sign(realm, { ...user, scopes }, anHourAgo)).token;
  }
});

it('stands in the documentation as it runs: each line of code on the page is one of the example', () => {
  const example = new URL('../examples/supergraph/', import.meta.url);
  const files = [
    'subgraphs/subgraph-server.ts',
    'subgraphs/products.ts',
    'subgraphs/reviews.ts',
    'gateways/apollo-gateway.mjs',
  ];
  const sources = [...files, 'gateways/hive-gateway.config.mjs'].map((file) =>
    readFileSync(new URL(file, example), 'utf8'),
  );
  const lines = new Set(sources.flatMap(linesOf));
  const page = readFileSync(new URL('../docs/federation.md', import.meta.url), 'utf8');
  const shown = [...page.matchAll(/```(?:ts|js|graphql)\n(.*?)```/gs)].flatMap(([, code = '']) =>
    linesOf(code),
  );
  expect(shown.length).toBeGreaterThan(50);
  expect(shown.filter((line) => !lines.has(line))).toEqual([]);
});

function linesOf(code: string): string[] {
  return code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

interface GraphQLAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly data: any;
  readonly errors?: readonly {
    readonly extensions?: { readonly code?: string; readonly reason?: string };
  }[];
}

/** Which codes there are, each once. */
function codesOf(errors: GraphQLAnswer['errors'] = []): (string | undefined)[] {
  return [...new Set(errors.map(({ extensions }) => extensions?.code))];
}

function reasonsOf(errors: GraphQLAnswer['errors'] = []): (string | undefined)[] {
  return [...new Set(errors.map(({ extensions }) => extensions?.reason))];
}
