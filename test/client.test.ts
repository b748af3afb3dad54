import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client';
import {
  type AuthClient,
  type AuthSession,
  createAuthClient,
  memoryStorage,
  type TokenStorage,
} from '@authgraph/client';
import { authLink } from '@authgraph/client/apollo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import {
  type ScriptedServer,
  type SeenRequest,
  sendJson,
  startScriptedServer,
} from './harness/scripted-server.js';
import { startService, type TestService } from './harness/service.js';

const QUERY = '{ me { id } session { id } }';
const MINUTES = 60;

let made = 0;
const newEmail = () => `client-${process.pid}-${++made}@users.example.com`;

/** A fetch that remembers which operations went through it. */
function counted() {
  const sent: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    sent.push(
      /(RefreshSession|SignOut|SignIn|SignUp|ProofAccepted)/.exec(String(init?.body))?.[1] ??
        'query',
    );
    return globalThis.fetch(input, init);
  };
  const count = (name: string) => sent.filter((operation) => operation === name).length;
  return { fetch, count };
}

/** What a client tells its app. */
function recorded() {
  const reasons: string[] = [];
  return { reasons, onSignedOut: ({ reason }: { reason: string }) => void reasons.push(reason) };
}

async function signUp(
  client: AuthClient,
): Promise<{ userId: string; sessionId: string; email: string }> {
  const email = newEmail();
  const result = await client.signUp({ email, password: GOOD_PASSWORD });
  if (result.__typename !== 'SignedIn') throw new Error(`sign-up answered ${result.__typename}`);
  return { userId: result.user.id, sessionId: result.session.id, email };
}

async function query(client: AuthClient, document = QUERY) {
  const response = await client.authFetch(client.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  return { status: response.status, body: await response.json() };
}

const twenty = <Result>(call: () => Promise<Result>) =>
  Promise.all(Array.from({ length: 20 }, call));

describe('the client with the real service', () => {
  const clock = new FakeClock();
  let service: TestService;
  let url: string;
  beforeAll(async () => {
    service = await startService({ clock });
    url = `${service.url}/graphql`;
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const generationOf = async (sessionId: string) =>
    (
      await service.sql<{ generation: number }>('select generation from sessions where id = ?', [
        sessionId,
      ])
    )[0]?.generation;

  it('signs up, answers me, signs out and signs in again, with results that are told apart by their name', async () => {
    const { reasons, onSignedOut } = recorded();
    const client = createAuthClient({ url, onSignedOut });
    expect(await client.me()).toBeNull();
    const weak = await client.signUp({ email: newEmail(), password: 'short' });
    expect(weak).toMatchObject({
      __typename: 'WeakPassword',
      reasons: ['TOO_SHORT', 'COMMON'],
      minimumLength: 8,
    });
    expect(client.session).toBeNull();

    const { userId, sessionId, email } = await signUp(client);
    expect(client.session).toMatchObject({
      id: sessionId,
      tokens: { accessToken: await client.getAccessToken() },
    });
    expect(await client.me()).toMatchObject({ id: userId, email, emailVerified: false });

    const [first, second] = await Promise.all([client.signOut(), client.signOut()]);
    expect(first.__typename).toBe('SignedOut');
    expect(first.endedSessions + second.endedSessions).toBe(1);
    expect(client.session).toBeNull();
    expect(await client.getAccessToken()).toBeNull();
    expect(reasons).toEqual(['SIGNED_OUT']);
    expect(await service.sql('select end_reason from sessions where id = ?', [sessionId])).toEqual([
      { end_reason: 'signed_out' },
    ]);

    expect(await client.signIn({ email, password: 'not-the-password' })).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    expect(await client.signIn({ email, password: GOOD_PASSWORD })).toMatchObject({
      __typename: 'SignedIn',
      user: { id: userId },
    });
    expect(await client.me()).toMatchObject({ id: userId });
  });

  it('sends one refresh for twenty parallel queries with an expired access token, and all succeed', async () => {
    const { fetch, count } = counted();
    const { reasons, onSignedOut } = recorded();
    const client = createAuthClient({ url, fetch, onSignedOut });
    const { userId, sessionId } = await signUp(client);
    clock.advance(11 * MINUTES);

    const answers = await twenty(() => query(client));
    for (const answer of answers)
      expect(answer).toMatchObject({
        status: 200,
        body: { data: { me: { id: userId }, session: { id: sessionId } } },
      });
    expect(count('RefreshSession')).toBe(1);
    expect(count('query')).toBe(40);
    expect(await generationOf(sessionId)).toBe(1);
    expect(reasons).toEqual([]);
  });

  it('refreshes an access token that is about to expire before it is used', async () => {
    const { fetch, count } = counted();
    const deviceClock = new FakeClock();
    const client = createAuthClient({ url, fetch, clock: deviceClock });
    // both clocks agree
    deviceClock.advance((clock.now().getTime() - deviceClock.now().getTime()) / 1000);
    const { userId } = await signUp(client);
    deviceClock.advance(9 * MINUTES);
    expect((await query(client)).body.data.me.id).toBe(userId);
    expect(count('RefreshSession')).toBe(0);
    deviceClock.advance(31);
    const answers = await twenty(() => query(client));
    for (const { body } of answers) expect(body.data.me.id).toBe(userId);
    expect({ refreshes: count('RefreshSession'), queries: count('query') }).toEqual({
      refreshes: 1,
      queries: 21,
    });
  });

  it('does not refresh before each request where the clock of the device is a day ahead', async () => {
    const { fetch, count } = counted();
    const deviceClock = new FakeClock();
    deviceClock.advance(24 * 60 * MINUTES);
    const client = createAuthClient({ url, fetch, clock: deviceClock });
    await signUp(client);
    for (let n = 0; n < 5; n++) expect((await query(client)).status).toBe(200);
    expect(count('RefreshSession')).toBe(0);
    clock.advance(11 * MINUTES);
    expect((await query(client)).status).toBe(200);
    expect(count('RefreshSession')).toBe(1);
  });

  it('tells the app once, and why, when twenty queries fail because the session was ended elsewhere', async () => {
    const storage = memoryStorage();
    const { reasons, onSignedOut } = recorded();
    const { fetch, count } = counted();
    const client = createAuthClient({ url, fetch, storage, onSignedOut });
    const { sessionId, email } = await signUp(client);
    const sessions: (AuthSession | null)[] = [];
    client.subscribe((session) => sessions.push(session));
    const elsewhere = createAuthClient({ url });
    await elsewhere.signIn({ email, password: GOOD_PASSWORD });
    expect(await elsewhere.signOut({ everywhere: true })).toMatchObject({ endedSessions: 2 });

    const answers = await twenty(() => query(client));
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body.errors[0].extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: 'TOKEN_REVOKED',
      });
    }
    expect(reasons).toEqual(['REVOKED']);
    expect(sessions).toEqual([null]);
    expect(await storage.load()).toBeNull();
    expect(count('RefreshSession')).toBe(1);
    expect(await generationOf(sessionId)).toBe(0);
    expect((await query(client)).body).toMatchObject({ data: { me: null, session: null } });
  });

  it('keeps the session when the service cannot be reached for a refresh, and recovers when it can', async () => {
    let offline = false;
    const { reasons, onSignedOut } = recorded();
    const client = createAuthClient({
      url,
      onSignedOut,
      fetch: (input, init) =>
        offline && String(init?.body).includes('RefreshSession')
          ? Promise.reject(new TypeError('fetch failed'))
          : fetch(input, init),
    });
    const { userId, sessionId } = await signUp(client);
    clock.advance(11 * MINUTES);
    offline = true;
    await expect(query(client)).rejects.toMatchObject({ name: 'AuthClientError', code: 'NETWORK' });
    await expect(client.refresh()).rejects.toMatchObject({ code: 'NETWORK' });
    expect(client.session?.id).toBe(sessionId);
    expect(reasons).toEqual([]);
    offline = false;
    expect((await query(client)).body.data.me.id).toBe(userId);
  });

  it('does not bring a session back that was signed out while its refresh was under way', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { reasons, onSignedOut } = recorded();
    const storage = sharedStorage();
    const client = createAuthClient({
      url,
      storage: storage(),
      onSignedOut,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (String(init?.body).includes('RefreshSession')) await held;
        return response;
      },
    });
    await signUp(client);
    const otherTab = createAuthClient({ url, storage: storage() });
    const refreshed = client.refresh();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await otherTab.signOut();
    release();
    expect(await refreshed).toMatchObject({ __typename: 'RefreshRejected' });
    expect(client.session).toBeNull();
    expect(reasons).toEqual(['ENDED_IN_ANOTHER_TAB']);
  });

  it('sends one refresh for two clients that share a storage', async () => {
    const { fetch, count } = counted();
    const storage = sharedStorage();
    const [one, other] = [
      createAuthClient({ url, fetch, storage: storage() }),
      createAuthClient({ url, fetch, storage: storage() }),
    ];
    const { sessionId } = await signUp(one);
    expect(other.session?.id).toBe(sessionId);
    clock.advance(11 * MINUTES);
    const answers = await Promise.all([twenty(() => query(one)), twenty(() => query(other))]);
    for (const { status } of answers.flat()) expect(status).toBe(200);
    expect(count('RefreshSession')).toBe(1);
    expect(await generationOf(sessionId)).toBe(1);
    expect(other.session).toEqual(one.session);
  });

  it('reads its session from an asynchronous storage before the first request', async () => {
    const kept = memoryStorage();
    const { userId } = await signUp(createAuthClient({ url, storage: kept }));
    const slow: TokenStorage = {
      load: () => new Promise((resolve) => setTimeout(() => resolve(kept.load()), 20)),
      save: async (session) => kept.save(session),
    };
    expect((await query(createAuthClient({ url, storage: slow }))).body.data.me.id).toBe(userId);
  });

  it('sends one refresh for twenty parallel operations of an Apollo Client, and all succeed', async () => {
    const { fetch, count } = counted();
    const client = createAuthClient({ url, fetch });
    const { userId, sessionId } = await signUp(client);
    const apollo = apolloClient(client, { uri: url, fetch });
    clock.advance(11 * MINUTES);
    const results = await twenty(() =>
      apollo.query<{ me: { id: string } }>({ query: gql(QUERY), fetchPolicy: 'no-cache' }),
    );
    for (const { data } of results) expect(data?.me.id).toBe(userId);
    expect(count('RefreshSession')).toBe(1);
    expect(await generationOf(sessionId)).toBe(1);
  });

  it('hands an Apollo Client the answer of the service, and the app the reason, when the session is over', async () => {
    const { reasons, onSignedOut } = recorded();
    const client = createAuthClient({ url, onSignedOut });
    const { sessionId } = await signUp(client);
    await service.sql(
      "update sessions set ended_at = now(), end_reason = 'signed_out' where id = ?",
      [sessionId],
    );
    clock.advance(11 * MINUTES);
    const apollo = apolloClient(client, { uri: url });
    const failed = await twenty(() =>
      apollo.query({ query: gql(QUERY), fetchPolicy: 'no-cache' }).catch((error: unknown) => error),
    );
    for (const error of failed)
      expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions?.code).toBe(
        'UNAUTHENTICATED',
      );
    expect(reasons).toEqual(['REVOKED']);
  });
});

describe('the client with servers that nothing pleases', () => {
  const tokens = (n: number) => ({
    accessToken: `access-${n}`,
    accessTokenExpiresAt: new Date(Date.now() + 600_000).toISOString(),
    refreshToken: `refresh-${n}`,
    refreshTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(),
  });
  const signedIn: AuthSession = { id: 'the-session', obtainedAt: Date.now(), tokens: tokens(0) };

  function clientOf(
    server: ScriptedServer,
    extra: Partial<Parameters<typeof createAuthClient>[0]> = {},
  ) {
    const storage = memoryStorage();
    void storage.save(signedIn);
    const { reasons, onSignedOut } = recorded();
    return {
      reasons,
      client: createAuthClient({ url: `${server.url}/graphql`, storage, onSignedOut, ...extra }),
    };
  }

  let issued = 0;
  const refreshed = () => ({
    data: {
      result: {
        __typename: 'SessionRefreshed',
        session: { id: 'the-session' },
        tokens: tokens(++issued),
      },
    },
  });
  const isRefresh = ({ query }: SeenRequest) => query.includes('RefreshSession');
  const denied = (code: string) => ({
    data: { secret: null },
    errors: [{ message: 'No.', extensions: { code } }],
  });

  it('ends the session, once, when everything is answered with 401', async () => {
    await using server = await startScriptedServer(
      (_request, response) => void response.writeHead(401).end('no'),
    );
    const { client, reasons } = clientOf(server);
    const statuses = await twenty(() =>
      client.authFetch(client.url, { method: 'POST', body: '{}' }).then(
        ({ status }) => status,
        (error) => error.code,
      ),
    );
    expect(new Set(statuses)).toEqual(new Set(['UNAUTHENTICATED']));
    expect(server.count('RefreshSession')).toBe(1);
    expect(server.seen.length).toBe(21);
    expect(reasons).toEqual(['ACCESS_REFUSED']);
    expect(client.session).toBeNull();
  });

  it('ends the session, once, when the service refuses the tokens that it has just issued', async () => {
    await using server = await startScriptedServer((request, response) =>
      isRefresh(request)
        ? sendJson(response, 200, refreshed())
        : sendJson(response, 401, denied('UNAUTHENTICATED')),
    );
    const { client, reasons } = clientOf(server);
    for (const { status } of await twenty(() => query(client))) expect(status).toBe(401);
    expect(server.count('RefreshSession')).toBe(1);
    expect(server.seen.length).toBe(41);
    expect(reasons).toEqual(['ACCESS_REFUSED']);
  });

  it('does not end the session when another server refuses its tokens, nor refresh for each of its answers', async () => {
    await using service = await startScriptedServer((_request, response) =>
      sendJson(response, 200, refreshed()),
    );
    await using api = await startScriptedServer(
      (_request, response) => void response.writeHead(401).end(),
    );
    const { client, reasons } = clientOf(service, { origins: [api.url] });
    for (let n = 0; n < 10; n++)
      expect((await client.authFetch(`${api.url}/orders`)).status).toBe(401);
    expect({ refreshes: service.seen.length, calls: api.seen.length }).toEqual({
      refreshes: 1,
      calls: 11,
    });
    expect(reasons).toEqual([]);
  });

  it.each(['UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE'])(
    'retries once after a GraphQL error %s, with the new token',
    async (code) => {
      await using server = await startScriptedServer((request, response) => {
        if (isRefresh(request)) return sendJson(response, 200, refreshed());
        const isStale = request.headers.authorization === 'Bearer access-0';
        return sendJson(response, 200, isStale ? denied(code) : { data: { secret: 42 } });
      });
      for (const ask of [
        async (client: AuthClient) => (await query(client, '{ secret }')).body.data,
        async (client: AuthClient) =>
          (await apolloClient(client, { uri: client.url }).query({ query: gql('{ secret }') }))
            .data,
      ]) {
        const before = server.seen.length;
        const { client, reasons } = clientOf(server);
        expect(await ask(client)).toEqual({ secret: 42 });
        expect(server.seen.length - before).toBe(3);
        expect(server.seen.at(-2)?.headers.authorization).toBeUndefined();
        expect(reasons).toEqual([]);
      }
    },
  );

  it('does not send a mutation again of which a part was carried out, and has a new token for the next', async () => {
    const partly = {
      data: { placeOrder: { id: '1', owner: null } },
      errors: denied('UNAUTHENTICATED').errors,
    };
    await using server = await startScriptedServer((request, response) => {
      if (isRefresh(request)) return sendJson(response, 200, refreshed());
      const isStale = request.headers.authorization === 'Bearer access-0';
      return sendJson(
        response,
        200,
        isStale ? partly : { data: { placeOrder: { id: '2', owner: { id: 'me' } } } },
      );
    });
    const placeOrder = 'mutation PlaceOrder { placeOrder { id owner { id } } }';
    const { client } = clientOf(server);
    expect((await query(client, placeOrder)).body).toEqual(partly);
    expect((await query(client, placeOrder)).body.data.placeOrder.id).toBe('2');
    const { client: another } = clientOf(server);
    const apollo = apolloClient(another, { uri: another.url });
    const { data } = await apollo.mutate({ mutation: gql(placeOrder), errorPolicy: 'all' });
    expect(data).toEqual(partly.data);
    expect({
      orders: server.count('placeOrder'),
      refreshes: server.count('RefreshSession'),
    }).toEqual({ orders: 3, refreshes: 2 });
  });

  it('sends a query again that was answered in part', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (isRefresh(request)) return sendJson(response, 200, refreshed());
      const secret = request.headers.authorization === 'Bearer access-0' ? null : 42;
      return sendJson(response, 200, {
        ...(secret ? {} : denied('UNAUTHENTICATED')),
        data: { open: 1, secret },
      });
    });
    const { client } = clientOf(server);
    expect((await query(client, '{ open secret }')).body).toEqual({
      data: { open: 1, secret: 42 },
    });
    const { client: another } = clientOf(server);
    const { data } = await apolloClient(another, { uri: another.url }).query({
      query: gql('{ open secret }'),
    });
    expect(data).toEqual({ open: 1, secret: 42 });
  });

  it.each([429, 503])('keeps the session when the refresh is answered with %i', async (status) => {
    await using server = await startScriptedServer((request, response) =>
      isRefresh(request)
        ? sendJson(response, status, denied('SERVICE_UNAVAILABLE'))
        : sendJson(response, 200, denied('UNAUTHENTICATED')),
    );
    const { client, reasons } = clientOf(server);
    expect((await query(client, '{ secret }')).body).toEqual(denied('UNAUTHENTICATED'));
    await expect(client.refresh()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(client.session).toEqual(signedIn);
    expect(reasons).toEqual([]);
  });

  it('refreshes once, not for each operation, where a field stays denied, and keeps the session', async () => {
    await using server = await startScriptedServer((request, response) =>
      sendJson(
        response,
        200,
        isRefresh(request) ? refreshed() : denied('UNAUTHORIZED_FIELD_OR_TYPE'),
      ),
    );
    const { client, reasons } = clientOf(server);
    const apollo = apolloClient(client, { uri: client.url });
    for (let n = 0; n < 10; n++) {
      expect((await query(client, '{ secret }')).body).toEqual(
        denied('UNAUTHORIZED_FIELD_OR_TYPE'),
      );
      const { data, error } = await apollo.query({
        query: gql('{ secret }'),
        errorPolicy: 'all',
        fetchPolicy: 'no-cache',
      });
      expect(data).toEqual({ secret: null });
      expect(CombinedGraphQLErrors.is(error)).toBe(true);
    }
    expect(server.count('RefreshSession')).toBe(1);
    expect(server.count('secret')).toBe(21);
    expect(reasons).toEqual([]);
  });

  it('gives an Apollo Client the network error after one retry of a 401 that is not GraphQL', async () => {
    await using server = await startScriptedServer((request, response) =>
      isRefresh(request)
        ? sendJson(response, 200, refreshed())
        : void response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>401</h1>'),
    );
    const { client, reasons } = clientOf(server);
    const apollo = apolloClient(client, { uri: client.url });
    await expect(apollo.query({ query: gql('{ secret }') })).rejects.toMatchObject({
      name: 'ServerError',
      statusCode: 401,
    });
    expect(server.seen.length).toBe(3);
    expect(reasons).toEqual(['ACCESS_REFUSED']);
  });

  it('asks nothing of the service when nobody is signed in', async () => {
    await using server = await startScriptedServer((_request, response) =>
      sendJson(response, 401, denied('UNAUTHENTICATED')),
    );
    const { client, reasons } = clientOf(server, { storage: memoryStorage() });
    expect((await query(client)).status).toBe(401);
    expect(await client.refresh()).toMatchObject({
      __typename: 'RefreshRejected',
      reason: 'MISSING',
    });
    expect(server.seen.length).toBe(1);
    expect(reasons).toEqual([]);
  });

  it('gives the token to no other origin, and leaves a caller its own credentials', async () => {
    await using service = await startScriptedServer((_request, response) =>
      sendJson(response, 200, {}),
    );
    await using foreign = await startScriptedServer(
      (_request, response) => void response.writeHead(401).end(),
    );
    const { client } = clientOf(service);
    const { host } = new URL(service.url);
    for (const address of [
      `${foreign.url}/x`,
      foreign.url.replace('//', `//${host}@`),
      new URL(foreign.url),
      new Request(foreign.url),
    ]) {
      await client.authFetch(address).catch(() => {}); // fetch refuses user info outright
    }
    expect(foreign.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await client.authFetch(service.url, { headers: { authorization: 'Basic abc' } });
    await client.authFetch(new Request(service.url, { headers: { 'x-mine': '1' } }));
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Basic abc',
      'Bearer access-0',
    ]);
    expect(service.seen.at(-1)?.headers['x-mine']).toBe('1');
  });

  it.each([301, 302, 303, 307, 308])(
    'follows no redirect (%i) with a password or a refresh token in the body (requirement 47)',
    async (status) => {
      await using thief = await startScriptedServer((_request, response) =>
        sendJson(response, 200, refreshed()),
      );
      await using server = await startScriptedServer(
        (_request, response) => void response.writeHead(status, { location: thief.url }).end(),
      );
      const { client } = clientOf(server, { dpop: false });
      const credentials = { email: 'ada@example.com', password: GOOD_PASSWORD };
      for (const call of [
        () => client.signIn(credentials),
        () => client.signUp(credentials),
        () => client.refresh(),
      ])
        await expect(call()).rejects.toMatchObject({ code: 'NETWORK' });
      expect(server.seen).toHaveLength(3);
      expect(thief.seen).toEqual([]);
    },
  );

  it('refreshes for a request whose body is a stream, and leaves it to the caller to send it again', async () => {
    await using server = await startScriptedServer((request, response) =>
      isRefresh(request)
        ? sendJson(response, 200, refreshed())
        : void response.writeHead(401).end(),
    );
    const { client } = clientOf(server);
    const body = new Blob(['streamed']).stream();
    const init = { method: 'POST', body, duplex: 'half' };
    const response = await client.authFetch(`${server.url}/upload`, init);
    expect(response.status).toBe(401);
    expect(server.seen.map(({ path }) => path)).toEqual(['/upload', '/graphql']);
    expect(await client.getAccessToken()).toBe(`access-${issued}`);
  });

  it('survives a listener that throws', async () => {
    await using server = await startScriptedServer((_request, response) =>
      sendJson(response, 200, refreshed()),
    );
    const reported = new Promise((resolve) => process.once('uncaughtException', resolve));
    const { client } = clientOf(server);
    client.subscribe(() => {
      throw new Error('a bug of the app');
    });
    expect(await client.refresh()).toMatchObject({ __typename: 'SessionRefreshed' });
    expect(await reported).toMatchObject({ message: 'a bug of the app' });
    expect(await client.getAccessToken()).toBe(`access-${issued}`);
  });
});

function apolloClient(client: AuthClient, options: HttpLink.Options): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([authLink(client), new HttpLink(options)]),
  });
}

/**
 * Storages of several clients over one memory, as localStorage is for tabs, though without its
 * events.
 */
function sharedStorage(): () => TokenStorage {
  const memory = memoryStorage();
  const watchers = new Set<() => void>();
  const sharedAs = `test-${++made}`;
  return () => {
    let own: (() => void) | undefined;
    return {
      sharedAs,
      load: () => memory.load(),
      save: (session) => {
        void memory.save(session);
        for (const changed of watchers) if (changed !== own) changed();
      },
      watch: (changed) => {
        own = changed;
        watchers.add(changed);
        return () => void watchers.delete(changed);
      },
    };
  };
}
