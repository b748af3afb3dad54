import { type AuthClient, createAuthClient } from '@authgraph/client';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  REFRESH,
  type Send,
  SIGN_IN,
  signUpUser,
} from '../harness/graphql-client.js';
import {
  BUILD_HIVE_ROUTER,
  canRunHiveRouter,
  type RoutedSupergraph,
  startBehindHiveRouter,
} from '../harness/hive-router.js';
import { createUser, rotateSigningKey } from '../harness/service-parts.js';
import { until } from '../harness/until.js';

if (!canRunHiveRouter)
  process.stderr.write(
    `\n*** Hive Router is NOT tested: it is not built, or the gateways are not installed. Run: ${BUILD_HIVE_ROUTER} ***\n\n`,
  );

const TEST_TIMEOUT_MS = 60_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const ADD_FAVOURITE = 'mutation { addFavourite(productId: "p1") { id } }';
const JOIN = '{ me { email favourites { name reviews { body author { email } } } } }';

describe.skipIf(!canRunHiveRouter)(
  `the supergraph behind Hive Router (needs: ${BUILD_HIVE_ROUTER})`,
  () => {
    let supergraph: RoutedSupergraph;
    let url: string;
    /** Through the router. */
    let send: Send;
    beforeAll(async () => {
      // A key is in the JWKS for two seconds before it signs: the router asks once a minute.
      const settings = { AUTHGRAPH_JWKS_MAX_AGE: '1s' };
      supergraph = await startBehindHiveRouter('https://auth.example.com', settings);
      url = `${supergraph.urls.router}/graphql`;
      send = graphqlClient(supergraph.urls.router);
    }, 180_000);
    afterAll(() => supergraph?.[Symbol.asyncDispose]());

    async function signIn(email: string, headers = {}): Promise<string> {
      const input = { email, password: GOOD_PASSWORD };
      const { body } = await send(SIGN_IN, { input }, headers);
      return body.data.signIn.tokens.accessToken;
    }

    it('takes a user from sign-up to sign-out', async () => {
      const client = createAuthClient({ url });
      const email = 'ada@users.example.com';
      const signedUp = await client.signUp({ email, password: GOOD_PASSWORD });
      expect(signedUp).toMatchObject({ __typename: 'SignedIn', tokenType: 'BEARER' });
      await ask(client, 'mutation { writeReview(productId: "p1", body: "Pours well") { id } }');
      await ask(client, ADD_FAVOURITE);
      const teapot = { name: 'Teapot', reviews: [{ body: 'Pours well', author: { email } }] };
      expect(await ask(client, JOIN)).toEqual({ data: { me: { email, favourites: [teapot] } } });
      expect(await client.refresh()).toMatchObject({ __typename: 'SessionRefreshed' });
      expect(await client.me()).toMatchObject({ email });
      expect(await client.signOut()).toMatchObject({ endedSessions: 1 });
      expect(await client.signIn({ email, password: 'not her password' })).toMatchObject({
        __typename: 'InvalidCredentials',
      });
    });

    it('enforces @authenticated', async () => {
      const { body } = await send(ADD_FAVOURITE);
      expect(body.data).toEqual({ addFavourite: null });
      expect(codesOf(body)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
      const user = await signUpUser(send);
      const signedIn = await send(ADD_FAVOURITE, {}, bearer(user.accessToken));
      expect(signedIn.body).toEqual({ data: { addFavourite: { id: user.id } } });
    });

    it('enforces @requiresScopes', async () => {
      const query = '{ products { name purchasePrice } }';
      const { accessToken } = await signUpUser(send);
      for (const headers of [{}, bearer(accessToken)]) {
        const { body } = await send(query, {}, headers);
        expect(body.data.products[0]).toEqual({ name: 'Teapot', purchasePrice: null });
        expect(codesOf(body)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
      }
      const email = 'root@users.example.com';
      await createUser(supergraph.service, { email, password: GOOD_PASSWORD, roles: ['admin'] });
      const shown = await send(query, {}, bearer(await signIn(email)));
      expect(shown.body.data.products[0]).toEqual({ name: 'Teapot', purchasePrice: 12 });
    });

    it('answers nothing at all where what was refused may not be null', async () => {
      const { body } = await send('{ products { purchasePrice } }');
      expect(body.data).toBeNull();
      expect(codesOf(body)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    });

    it('takes a bad token for none, so that a client can refresh while it sends it', async () => {
      const { refreshToken, accessToken } = await signUpUser(send);
      const changed = bearer(`${accessToken.slice(0, -8)}AAAAAAAA`);
      const refused = await send('{ me { id } products { name } }', {}, changed);
      expect(refused.body.data).toMatchObject({ me: null, products: [{ name: 'Teapot' }, {}, {}] });
      expect(refused.body.errors[0].extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: 'TOKEN_INVALID',
      });
      const { body } = await send(REFRESH, { refreshToken }, changed);
      expect(body.data.refreshSession.__typename).toBe('SessionRefreshed');
    });

    it(
      'refuses no valid token while the keys rotate in mid-traffic',
      async () => {
        const { email } = await signUpUser(send);
        const uses = new Map<string, number>();
        const refused: unknown[] = [];
        let running = true;
        const traffic = keepUsing();
        await until(() => uses.size === 1, 20_000, 'there is traffic');
        await rotateSigningKey(supergraph.service);
        const isRotated = () => [...uses.values()].filter((times) => times >= 5).length === 2;
        await until(isRotated, 40_000, 'tokens of both keys are in use');
        running = false;
        await traffic;
        expect(refused).toEqual([]);

        async function keepUsing(): Promise<void> {
          while (running) {
            const accessToken = await signIn(email);
            const { body } = await send(ADD_FAVOURITE, {}, bearer(accessToken));
            if (body.errors !== undefined) refused.push(body.errors);
            const { kid = '' } = decodeProtectedHeader(accessToken);
            uses.set(kid, (uses.get(kid) ?? 0) + 1);
          }
        }
      },
      TEST_TIMEOUT_MS,
    );

    it('lets a client notice that its session was ended elsewhere', async () => {
      const reasons: string[] = [];
      const onSignedOut = ({ reason }: { reason: string }) => void reasons.push(reason);
      const client = createAuthClient({ url, onSignedOut });
      const { email } = await signUpUser(send);
      await client.signIn({ email, password: GOOD_PASSWORD });
      const elsewhere = createAuthClient({ url });
      await elsewhere.signIn({ email, password: GOOD_PASSWORD });
      await elsewhere.revokeOtherSessions();
      const answer = await ask(client, '{ me { email } }');
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: 'TOKEN_REVOKED',
      });
      await expect.poll(() => reasons).toEqual(['REVOKED']);
    });

    it('shows the browser and its own address in the session list, behind a load balancer', async () => {
      const { email } = await signUpUser(send);
      const fromBrowser = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.9' };
      const token = await signIn(email, fromBrowser);
      const query = '{ me { sessions { nodes { ipAddress userAgent current } } } }';
      const { body } = await send(query, {}, bearer(token));
      expect(body.data.me.sessions.nodes).toContainEqual({
        ipAddress: '203.0.113.9',
        userAgent: FIREFOX,
        current: true,
      });
    });

    it('executes nothing for a page of another origin that asks without a preflight', async () => {
      const body = JSON.stringify({ query: '{ products { name } }' });
      const headers = { 'content-type': 'text/plain' };
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(403);
      const preflight = {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      };
      const allowed = await fetch(url, { method: 'OPTIONS', headers: preflight });
      expect(allowed.headers.get('access-control-allow-origin')).toBe(preflight.origin);
      const elsewhere = { ...preflight, origin: 'https://evil.example.com' };
      const refused = await fetch(url, { method: 'OPTIONS', headers: elsewhere });
      // It says "null" where others say nothing.
      expect(['null', null]).toContain(refused.headers.get('access-control-allow-origin'));
    });
  },
);

async function ask(client: AuthClient, query: string): Promise<Answer['body']> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ query }) };
  return (await client.authFetch(client.url, init)).json();
}

function codesOf({ errors }: Answer['body']): string[] {
  const codes = errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  return [...new Set<string>(codes)];
}
