import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type AuthSession, createAuthClient, type TokenStorage } from '@authgraph/client';
import { authLink } from '@authgraph/client/apollo';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD, graphqlClient, REFRESH } from './harness/graphql-client.js';
import { freePort } from './harness/servers.js';
import { startService, type TestService } from './harness/service.js';

const clock = new FakeClock();
let service: TestService;
let url: string;
let made = 0;

beforeAll(async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  service = await startService({ clock, env: { PORT: String(port), AUTHGRAPH_ISSUER: issuer } });
  url = `${service.url}/graphql`;
});
afterAll(() => service[Symbol.asyncDispose]());

type Options = Partial<Parameters<typeof createAuthClient>[0]>;

function clientOf(options: Options = {}) {
  const sent: { readonly headers: Headers; readonly body: string }[] = [];
  const ends: string[] = [];
  const client = createAuthClient({
    url,
    clock,
    onSignedOut: ({ reason }) => ends.push(reason),
    fetch: (input, init) => {
      sent.push({ headers: new Headers(init?.headers), body: String(init?.body) });
      return fetch(input, init);
    },
    ...options,
  });
  const credentials = { email: `proofs-${++made}@users.example.com`, password: GOOD_PASSWORD };
  return {
    client,
    sent,
    ends,
    credentials,
    of: (name: string) => sent.filter(({ body }) => body.includes(name)),
  };
}

/** A storage that keeps texts, as those of Node and React Native do. */
function textStorage(): TokenStorage & { text: string } {
  const storage = {
    text: 'null',
    load: async (): Promise<AuthSession | null> => JSON.parse(storage.text),
    save: async (session: AuthSession | null) => {
      storage.text = JSON.stringify(session);
    },
  };
  return storage;
}

const ask = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ me { id } }"}',
};

describe('the client, in Node', () => {
  it('binds its session to a key, and proves it with each request', async () => {
    const { client, credentials, of } = clientOf();
    expect(await client.signUp(credentials)).toMatchObject({ tokenType: 'DPOP' });
    expect(client.session).toMatchObject({ bound: true });
    const token = (await client.getAccessToken()) ?? '';
    expect(decodeJwt(token)).toHaveProperty('cnf.jkt');
    expect(await client.me()).toMatchObject({ email: credentials.email });
    expect(of('query Me')[0]?.headers.get('authorization')).toBe(`DPoP ${token}`);
    expect(await client.refresh()).toMatchObject({ tokenType: 'DPOP' });
    expect(await client.me()).toMatchObject({ email: credentials.email });
    expect(await client.signOut()).toMatchObject({ endedSessions: 1 });
  });

  it('holds a refresh token that is refused everywhere else, within and after the grace window, and goes on', async () => {
    const { client, credentials } = clientOf();
    await client.signUp(credentials);
    const refreshToken = client.session?.tokens?.refreshToken;
    const stolen = async () =>
      (await service.send(REFRESH, { refreshToken })).body.data.refreshSession;
    expect(await stolen()).toMatchObject({ reason: 'UNPROVEN' });
    await client.refresh();
    expect(await stolen()).toMatchObject({ reason: 'UNPROVEN' });
    clock.advance(60);
    expect(await stolen()).toMatchObject({ reason: 'UNPROVEN' });
    expect(await client.refresh()).toMatchObject({ __typename: 'SessionRefreshed' });
  });

  it('refreshes an expired token for parallel requests, and sends them again with new proofs', async () => {
    const { client, credentials, of } = clientOf({ clock: { now: () => new Date(clock.now()) } });
    await client.signUp(credentials);
    clock.advance(11 * 60);
    const answers = await Promise.all([1, 2, 3].map(() => client.authFetch(url, ask)));
    for (const answer of answers) expect((await answer.json()).data.me).not.toBeNull();
    expect(of('RefreshSession')).toHaveLength(1);
    const proofs = of('{ me {').map(({ headers }) => headers.get('dpop'));
    expect(new Set(proofs).size).toBe(proofs.length);
  });

  it('keeps its key with the session in a storage of texts, and finds it again', async () => {
    const storage = textStorage();
    const { client, credentials } = clientOf({ storage });
    await client.signUp(credentials);
    expect(JSON.parse(storage.text)).toMatchObject({ bound: true, proofKey: { crv: 'P-256' } });
    const { client: restarted } = clientOf({ storage });
    expect(await restarted.me()).toMatchObject({ email: credentials.email });
    expect(await restarted.refresh()).toMatchObject({ tokenType: 'DPOP' });
    expect(JSON.parse(storage.text)).toMatchObject({ proofKey: { crv: 'P-256' } });
  });

  it('ends the session when its key is lost', async () => {
    const storage = textStorage();
    const { client, credentials } = clientOf({ storage });
    await client.signUp(credentials);
    const { proofKey: _, ...rest } = JSON.parse(storage.text);
    storage.text = JSON.stringify(rest);
    const { client: restarted, ends } = clientOf({ storage });
    expect(await restarted.refresh()).toMatchObject({ reason: 'UNPROVEN' });
    expect(ends).toEqual(['UNPROVEN']);
  });

  it('learns what time the service has where the clock of the device is wrong', async () => {
    for (const seconds of [-3_600, 3_600]) {
      const wrong = { now: () => new Date(clock.now().getTime() + seconds * 1000) };
      const { client, credentials, of } = clientOf({ clock: wrong });
      expect(await client.signUp(credentials)).toMatchObject({ tokenType: 'DPOP' });
      expect(of('ProofAccepted')).toHaveLength(2);
      expect(await client.me()).not.toBeNull();
      expect(of('query Me')).toHaveLength(1);
    }
  });

  it('sends the nonces that a realm asks for, and fresh ones when they have run out', async () => {
    const { manage } = service.app.use(realms);
    await manage.create('nonces', { dpopNonce: 'true', dpop: 'required' });
    const { client, credentials, of } = clientOf({ url: `${service.url}/realms/nonces/graphql` });
    expect(await client.signUp(credentials)).toMatchObject({ tokenType: 'DPOP' });
    expect(await client.me()).not.toBeNull();
    expect(of('query Me')).toHaveLength(1);
    clock.advance(400);
    expect(await client.me()).not.toBeNull();
    expect(of('query Me')).toHaveLength(3);
  });

  it('has a bearer session when told so, where the service takes no proofs, and where a gateway hides its URL', async () => {
    const { client, credentials, sent } = clientOf({ dpop: false });
    expect(await client.signUp(credentials)).toMatchObject({ tokenType: 'BEARER' });
    expect(sent).toHaveLength(1);
    expect(await client.me()).not.toBeNull();

    await service.app.use(realms).manage.create('off', { dpop: 'off' });
    const off = clientOf({ url: `${service.url}/realms/off/graphql` });
    expect(await off.client.signUp(off.credentials)).toMatchObject({ tokenType: 'BEARER' });
    expect(await off.client.me()).not.toBeNull();

    const behind = clientOf({
      url: 'https://gateway.example.com/graphql',
      fetch: (_input, init) => fetch(url, init),
    });
    expect(await behind.client.signUp(behind.credentials)).toMatchObject({ tokenType: 'BEARER' });
    expect(await behind.client.me()).not.toBeNull();
    expect(await behind.client.refresh()).toMatchObject({ tokenType: 'BEARER' });
  });

  it('proves the operations of an Apollo Client', async () => {
    const { client, credentials } = clientOf();
    await client.signUp(credentials);
    const apollo = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([authLink(client), new HttpLink({ uri: url })]),
    });
    const query = gql`{ me { id email } }`;
    const options = { query, fetchPolicy: 'network-only' } as const;
    expect((await apollo.query(options)).data).toMatchObject({ me: { email: credentials.email } });
    clock.advance(11 * 60);
    expect((await apollo.query(options)).data).toMatchObject({ me: { email: credentials.email } });
  });

  it('signs nobody in with a proof to a realm that requires one and cannot be given one', async () => {
    await service.app.use(realms).manage.create('required', { dpop: 'required' });
    const { client, credentials } = clientOf({
      url: `${service.url}/realms/required/graphql`,
      dpop: false,
    });
    await expect(client.signUp(credentials)).rejects.toMatchObject({ code: 'INVALID_DPOP_PROOF' });
    const { body } = await graphqlClient(`${service.url}/realms/required`)('{ me { id } }');
    expect(body.data).toEqual({ me: null });
  });
});
