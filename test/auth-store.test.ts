import { type AuthClient, createAuthClient, createAuthStore } from '@authgraph/client';
import {
  AuthProvider,
  RequireSession,
  SignedIn,
  SignedOut,
  useSession,
} from '@authgraph/client/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const PATIENT = { timeout: 15_000 };

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

let made = 0;
const credentials = () => ({ email: `store-${++made}@example.com`, password: GOOD_PASSWORD });
const newClient = () => createAuthClient({ url: `${service.url}/graphql` });

describe('the store of a client', () => {
  it('does not know at first, then that nobody is signed in, then who is, then nobody', async () => {
    const client = newClient();
    const store = createAuthStore(client);
    const seen = [store.snapshot.status];
    store.subscribe(() => seen.push(store.snapshot.status));
    await expect.poll(() => seen, PATIENT).toEqual(['loading', 'signed-out']);
    await client.signUp(credentials());
    expect(store.snapshot).toEqual({ status: 'signed-in', session: client.session });
    await client.signOut();
    await expect.poll(() => seen.at(-1), PATIENT).toBe('signed-out');
    expect(store.snapshot.session).toBeNull();
  });

  it('has one and the same snapshot until something changes', async () => {
    const client = newClient();
    const store = createAuthStore(client);
    await client.signUp(credentials());
    const before = store.snapshot;
    expect(store.snapshot).toBe(before);
    await client.refresh();
    expect(store.snapshot).not.toBe(before);
    expect(store.snapshot).toBe(store.snapshot);
    expect(store.serverSnapshot).toEqual({ status: 'loading', session: null });
  });

  it('tells nobody who has unsubscribed', async () => {
    const client = newClient();
    const told: string[] = [];
    const { subscribe } = createAuthStore(client);
    const changed = () => told.push('twice the same');
    const unsubscribe = subscribe(changed);
    subscribe(changed);
    unsubscribe();
    await client.signUp(credentials());
    await expect.poll(() => told, PATIENT).toContain('twice the same');
    const before = told.length;
    await client.signOut();
    await expect.poll(() => told, PATIENT).toHaveLength(before + 1);
  });

  it('says "signed out" where cookies may hold a session, but nobody answers', async () => {
    const client = createAuthClient({ url: 'http://127.0.0.1:1/graphql', delivery: 'COOKIE' });
    const store = createAuthStore(client);
    store.subscribe(() => {});
    expect(store.snapshot.status).toBe('loading');
    await expect.poll(() => store.snapshot.status, PATIENT).toBe('signed-out');
  });
});

const Page = () =>
  createElement(
    'p',
    null,
    useSession()?.id ?? 'no session',
    createElement(SignedIn, null, ', in'),
    createElement(SignedOut, null, ', out'),
    createElement(RequireSession, { fallback: ', form', loading: ', loading' }, ', page'),
  );

describe('React on a server', () => {
  const render = (client: AuthClient) =>
    renderToString(createElement(AuthProvider, { client }, createElement(Page))).replace(
      /<!-- -->/g,
      '',
    );

  it('renders what a browser renders first: nobody knows yet', async () => {
    const client = newClient();
    expect(render(client)).toBe('<p>no session, loading</p>');
    await client.signUp(credentials());
    expect(render(client)).toBe('<p>no session, loading</p>');
  });

  it('says what is missing without a provider', () => {
    expect(() => renderToString(createElement(Page))).toThrow('no <AuthProvider client={...}>');
  });
});

it('the error of a call that failed says that it may be CORS, and what admits an origin', async () => {
  const client = createAuthClient({ url: 'http://127.0.0.1:1/graphql' });
  await expect(client.signIn(credentials())).rejects.toMatchObject({
    code: 'NETWORK',
    message: expect.stringMatching(/CORS.*AUTHGRAPH_ALLOWED_ORIGINS/),
  });
});
