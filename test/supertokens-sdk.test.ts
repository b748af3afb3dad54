import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supertokens } from '../src/apis/supertokens/index.js';
import { bearer, GOOD_PASSWORD, SIGN_IN, SIGN_UP } from './harness/graphql-client.js';
import {
  SDK_INSTALL_COMMAND,
  type SdkApp,
  sdkIsInstalled,
  startSdkApp,
} from './harness/sdk-app.js';
import { startService, type TestService } from './harness/service.js';

const API_KEY = 'test-key-of-the-sdk-1234567890';

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

describe.skipIf(!sdkIsInstalled)(
  `SuperTokens' SDK in an Express app (${SDK_INSTALL_COMMAND})`,
  () => {
    let service: TestService;
    let app: SdkApp;
    beforeAll(async () => {
      service = await startService({
        env: {
          AUTHGRAPH_SUPERTOKENS: 'true',
          AUTHGRAPH_SUPERTOKENS_PORT: '0',
          AUTHGRAPH_SUPERTOKENS_API_KEYS: API_KEY,
        },
      });
      app = await startSdkApp({ CORE_URI: coreUrl(service), CORE_API_KEY: API_KEY });
    });
    afterAll(async () => {
      await app?.[Symbol.asyncDispose]();
      await service?.[Symbol.asyncDispose]();
    });

    it('signs up and in, reads a protected route, refreshes, and signs out', async () => {
      const email = someEmail();
      const signedUp = await signUp(email);
      expect(signedUp.body).toMatchObject({ status: 'OK', user: { emails: [email] } });

      const signedIn = await post('/auth/signin', { email });
      expect(signedIn.body.user.id).toBe(signedUp.body.user.id);
      expect(await me(signedIn.tokens)).toMatchObject({
        status: 200,
        body: { userId: signedUp.body.user.id },
      });

      const refreshed = await refresh(signedIn.tokens);
      expect(refreshed.status).toBe(200);
      const used = await me(refreshed.tokens);
      expect(used.status).toBe(200);

      expect((await post('/auth/signout', {}, bearer(used.tokens.access))).body).toEqual({
        status: 'OK',
      });
      expect((await get('/checked', bearer(used.tokens.access))).status).toBe(401);
      expect((await refresh(refreshed.tokens)).status).toBe(401);
    });

    it('refuses a wrong password, and an address that has an account', async () => {
      const email = someEmail();
      await signUp(email);
      expect((await post('/auth/signin', { email, password: 'wrong-password-1' })).body).toEqual({
        status: 'WRONG_CREDENTIALS_ERROR',
      });
      expect((await signUp(email)).body.status).toBe('FIELD_ERROR');
    });

    it('sees theft in a refresh token outside of the lineage, and ends the session', async () => {
      const { tokens: first } = await signUp(someEmail());
      const { tokens: second } = await refresh(first);
      expect((await me(second)).status).toBe(200); // its first use: now the first one is spent
      expect((await refresh(first)).status).toBe(401);
      expect((await get('/checked', bearer(second.access))).status).toBe(401);
    });

    it('has one set of users with the graph, both ways', async () => {
      const email = someEmail();
      const { body } = await signUp(email, GOOD_PASSWORD);
      const inGraph = await service.send(SIGN_IN, { input: { email, password: GOOD_PASSWORD } });
      expect(inGraph.body.data.signIn.user.id).toBe(body.user.id);

      const other = someEmail();
      const made = await service.send(SIGN_UP, {
        input: { email: other, password: GOOD_PASSWORD },
      });
      const signedIn = await post('/auth/signin', { email: other, password: GOOD_PASSWORD });
      expect(signedIn.body.user).toMatchObject({
        id: made.body.data.signUp.user.id,
        emails: [other],
        loginMethods: [{ recipeId: 'emailpassword', tenantIds: ['public'] }],
      });
    });

    it('shows its sessions to the graph, and ends them there', async () => {
      const email = someEmail();
      const { tokens } = await signUp(email, GOOD_PASSWORD);
      const { body } = await service.send(SIGN_IN, { input: { email, password: GOOD_PASSWORD } });
      const own = bearer(body.data.signIn.tokens.accessToken);
      const list = await service.send('{ me { sessions { totalCount } } }', {}, own);
      expect(list.body.data.me.sessions.totalCount).toBe(2);

      const out = await service.send(
        'mutation { signOut(input: { everywhere: true }) { ... on SignedOut { endedSessions } } }',
        {},
        own,
      );
      expect(out.body.data.signOut.endedSessions).toBe(2);
      expect((await get('/checked', bearer(tokens.access))).status).toBe(401);
      expect((await refresh(tokens)).status).toBe(401);
    });

    it('ends the sessions of the graph with all of a user', async () => {
      const email = someEmail();
      const { body } = await signUp(email, GOOD_PASSWORD);
      const inGraph = await service.send(SIGN_IN, { input: { email, password: GOOD_PASSWORD } });
      const own = bearer(inGraph.body.data.signIn.tokens.accessToken);
      const handles = await app.call('Session', 'revokeAllSessionsForUser', body.user.id);
      expect(handles).toHaveLength(1);
      expect((await service.send('{ me { id } }', {}, own)).body.errors).toBeDefined();
    });

    async function send(method: string, path: string, body: object | undefined, headers: object) {
      const response = await fetch(`${app.url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', rid: 'anti-csrf', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const access = response.headers.get('st-access-token') ?? '';
      const tokens: Tokens = { access, refresh: response.headers.get('st-refresh-token') ?? '' };
      return {
        status: response.status,
        body: text.startsWith('{') ? JSON.parse(text) : text,
        tokens,
      };
    }

    const get = (path: string, headers: object) => send('GET', path, undefined, headers);
    const me = async (tokens: Tokens) => {
      const answer = await get('/me', bearer(tokens.access));
      // After a refresh, the first use brings the token to go on with.
      const access = answer.tokens.access || tokens.access;
      return { ...answer, tokens: { ...tokens, access } };
    };
    const refresh = (tokens: Tokens) =>
      send('POST', '/auth/session/refresh', {}, bearer(tokens.refresh));

    function post(
      path: string,
      input: { email?: string; password?: string },
      headers: object = {},
    ) {
      const { email, password = 'a-password-of-8' } = input;
      const formFields =
        email === undefined
          ? undefined
          : [
              { id: 'email', value: email },
              { id: 'password', value: password },
            ];
      return send('POST', path, formFields ? { formFields } : {}, {
        ...headers,
        'st-auth-mode': 'header',
      });
    }

    function signUp(email: string, password = 'a-password-of-8') {
      return post('/auth/signup', { email, password });
    }
  },
);

function coreUrl(service: TestService): string {
  const { url } = service.app.use(supertokens);
  if (url === undefined) throw new Error('the core does not listen');
  return url;
}

function someEmail(): string {
  return `${randomUUID()}@sdk.example.com`;
}
