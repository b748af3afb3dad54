import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type AuthClient, createAuthClient, memoryStorage } from '@authgraph/client';
import { authLink } from '@authgraph/client/apollo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScriptedServer, sendJson, startScriptedServer } from '../harness/scripted-server.js';

interface RouterAnswer {
  readonly status?: number;
  readonly body: object;
}

const REVOKED = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' };
const MESSAGE = 'The session was ended.';

/** How each router says that a session is not good enough, with its settings in the example. */
const ANSWERS: Record<string, RouterAnswer> = {
  "Cosmo's router, which wraps a subgraph's errors unless it is told to pass them through": {
    body: {
      errors: [
        {
          message: "Failed to fetch from Subgraph 'authgraph'.",
          extensions: { errors: [{ message: MESSAGE, extensions: REVOKED }], statusCode: 401 },
        },
      ],
      data: { secret: null },
    },
  },
  "Cosmo's router, wrapping, where nothing is left": {
    body: {
      errors: [
        {
          message: "Failed to fetch from Subgraph 'authgraph' at Path 'query'.",
          extensions: {
            errors: [null, { message: MESSAGE, path: ['secret'], extensions: REVOKED }],
            statusCode: 401,
          },
        },
      ],
      data: null,
    },
  },
  "Cosmo's router, passing them through": {
    body: {
      errors: [{ message: MESSAGE, path: ['secret'], extensions: { ...REVOKED, statusCode: 401 } }],
      data: { secret: null },
    },
  },
  "Cosmo's router, for a directive": {
    body: {
      errors: [
        {
          message: "Unauthorized to load field 'Query.secret', Reason: not authenticated.",
          path: ['secret'],
          extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
        },
      ],
      data: { secret: null },
    },
  },
  "Cosmo's router, for a token that it refuses itself": {
    status: 401,
    body: { errors: [{ message: 'unauthorized' }] },
  },
  'Hive Router, which masks messages': {
    body: {
      data: { secret: null },
      errors: [{ message: 'Unexpected error', path: ['secret'], extensions: REVOKED }],
    },
  },
  'Hive Router, for a directive on everything that was asked for': {
    body: {
      data: null,
      errors: [
        {
          message: 'Unauthorized field or type',
          extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', affectedPath: 'secret' },
        },
      ],
    },
  },
  "Apollo Router, beside its own error for the subgraph's status": {
    body: {
      data: { secret: null },
      errors: [
        {
          message: "HTTP fetch failed from 'authgraph': 401: Unauthorized",
          path: [],
          extensions: {
            code: 'SUBREQUEST_HTTP_ERROR',
            service: 'authgraph',
            reason: '401: Unauthorized',
            http: { status: 401 },
          },
        },
        { message: MESSAGE, path: ['secret'], extensions: { ...REVOKED, service: 'authgraph' } },
      ],
    },
  },
  'Apollo Router, for a directive': {
    body: {
      data: null,
      errors: [
        {
          message: 'Unauthorized field or type',
          path: ['secret'],
          extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
        },
      ],
    },
  },
};

describe.each(Object.entries(ANSWERS))('an answer of %s', (_router, { status = 200, body }) => {
  let server: ScriptedServer;
  /** What the router answers to a refresh. */
  let refresh: object;
  let seenBefore = 0;
  beforeAll(async () => {
    server = await startScriptedServer((request, response) => {
      if (request.query.includes('RefreshSession')) return sendJson(response, 200, refresh);
      return request.headers.authorization === 'Bearer stale'
        ? sendJson(response, status, body)
        : sendJson(response, 200, { data: { secret: 42 } });
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function signedInClient(): Promise<{ client: AuthClient; reasons: string[] }> {
    seenBefore = server.seen.length;
    const storage = memoryStorage();
    await storage.save({ id: 'the-session', obtainedAt: Date.now(), tokens: tokens('stale') });
    const reasons: string[] = [];
    const onSignedOut = ({ reason }: { reason: string }) => void reasons.push(reason);
    const url = `${server.url}/graphql`;
    return { client: createAuthClient({ url, storage, onSignedOut, dpop: false }), reasons };
  }
  const asked = () => server.seen.length - seenBefore;

  it.each<[string, (client: AuthClient) => Promise<unknown>]>([
    ['authFetch', async (client) => (await (await ask(client, '{ secret }')).json()).data],
    [
      "Apollo Client's link",
      async (client) => (await apolloClient(client).query({ query: gql('{ secret }') })).data,
    ],
  ])('makes the client renew its session and ask once more: %s', async (_how, secretOf) => {
    const session = { id: 'the-session' };
    const renewed = { __typename: 'SessionRefreshed', session, tokens: tokens('fresh') };
    refresh = { data: { result: renewed } };
    const { client, reasons } = await signedInClient();
    expect(await secretOf(client)).toEqual({ secret: 42 });
    expect(asked()).toBe(3);
    expect(reasons).toEqual([]);
  });

  it('makes it notice that the session was ended elsewhere', async () => {
    const rejected = { __typename: 'RefreshRejected', reason: 'REVOKED', message: MESSAGE };
    refresh = { data: { result: rejected } };
    const { client, reasons } = await signedInClient();
    await ask(client, '{ secret }');
    await expect.poll(() => reasons).toEqual(['REVOKED']);
    expect(client.session).toBeNull();
  });
});

it("says the subgraph's code and message where Cosmo's router wraps them", async () => {
  const wrapped = ANSWERS[Object.keys(ANSWERS)[0] ?? '']?.body ?? {};
  await using server = await startScriptedServer((_request, response) =>
    sendJson(response, 200, wrapped),
  );
  const client = createAuthClient({ url: `${server.url}/graphql`, dpop: false });
  const credentials = { email: 'ada@users.example.com', password: 'mauve-otter-climbs-77' };
  await expect(client.signIn(credentials)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: MESSAGE,
  });
});

it.each([{}, 'no', 7, [null], [7], [{ extensions: 7 }]])(
  'makes nothing of errors that are %j',
  async (errors) => {
    await using server = await startScriptedServer((_request, response) =>
      sendJson(response, 200, { data: null, errors }),
    );
    const client = createAuthClient({ url: `${server.url}/graphql`, dpop: false });
    await expect(client.me()).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  },
);

function tokens(accessToken: string) {
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const refreshToken = `refresh of ${accessToken}`;
  return {
    accessToken,
    accessTokenExpiresAt: inAnHour,
    refreshToken,
    refreshTokenExpiresAt: inAnHour,
  };
}

function ask(client: AuthClient, query: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return client.authFetch(client.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
}

function apolloClient(client: AuthClient): ApolloClient {
  const link = ApolloLink.from([authLink(client), new HttpLink({ uri: client.url })]);
  return new ApolloClient({ cache: new InMemoryCache(), link });
}
