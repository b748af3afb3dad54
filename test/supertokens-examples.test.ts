import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EXAMPLES,
  missingInstall,
  type RunningExample,
  startExample,
} from './harness/example-apps.js';
import { freePort } from './harness/servers.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';

const API_KEY = 'test-key-of-the-examples-1234567890';
const PASSWORD = 'a-password-of-8';

describe("the examples of SuperTokens' frameworks", () => {
  let dataDir: string;
  let port: string;
  let service: TestService;
  const startCore = async () => {
    service = await startService({
      dataDir,
      env: {
        AUTHGRAPH_SUPERTOKENS: 'true',
        AUTHGRAPH_SUPERTOKENS_PORT: port,
        AUTHGRAPH_SUPERTOKENS_API_KEYS: API_KEY,
      },
    });
  };
  const start = (example: string, apiKey = API_KEY) =>
    startExample(example, {
      CORE_URI: `http://127.0.0.1:${port}`,
      CORE_API_KEY: apiKey,
      ANTI_CSRF: 'VIA_TOKEN',
    });

  beforeAll(async () => {
    dataDir = await copyTemplate();
    port = String(await freePort());
    await startCore();
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  for (const example of EXAMPLES) {
    if (missingInstall !== undefined) {
      it.skip(`${example} (install it with: ${missingInstall})`, () => {});
      continue;
    }
    describe(example, () => {
      let app: RunningExample;
      beforeAll(async () => {
        app = await start(example);
      });
      afterAll(() => app?.[Symbol.asyncDispose]());

      it('signs up and in, and lets only a session in', async () => {
        const email = someEmail();
        const { body, tokens } = await signUp(email);
        expect(body).toMatchObject({ status: 'OK', user: { emails: [email] } });
        expect((await me(tokens)).body).toMatchObject({ userId: body.user.id, roles: [] });
        expect((await send('GET', '/me')).status).toBe(401);
        const wrong = await submit('/auth/signin', email, 'wrong-password-1');
        expect(wrong.body.status).toBe('WRONG_CREDENTIALS_ERROR');
        expect((await submit('/auth/signin', email)).body.status).toBe('OK');
      });

      it('refreshes, and sees theft in a token that is spent', async () => {
        const { tokens: first } = await signUp();
        const { status, tokens: second } = await refresh(first);
        expect(status).toBe(200);
        const used = await me(second);
        expect(used.status).toBe(200);
        expect((await refresh(first)).status).toBe(401);
        expect((await send('GET', '/checked', bearer(second.access))).status).toBe(401);
      });

      it('reads roles and metadata from the session', async () => {
        const { tokens } = await signUp();
        const changed = await send('POST', '/editor', bearer(tokens.access));
        expect(changed.body).toEqual({ done: true });
        const shown = await send('GET', '/me', bearer(changed.tokens.access || tokens.access));
        expect(shown.body).toMatchObject({ roles: ['editor'], metadata: { plan: 'pro' } });
      });

      it('follows a revocation elsewhere, and signs out', async () => {
        const email = someEmail();
        const { tokens: here } = await signUp(email);
        const { tokens: there } = await submit('/auth/signin', email);
        const ended = await send('POST', '/sign-out-everywhere', bearer(there.access));
        expect(ended.body).toEqual({ ended: 2 });
        expect((await send('GET', '/checked', bearer(here.access))).status).toBe(401);
        expect((await refresh(here)).status).toBe(401);
        const { tokens } = await submit('/auth/signin', email);
        const out = await send('POST', '/auth/signout', bearer(tokens.access));
        expect(out.body).toEqual({ status: 'OK' });
        expect((await refresh(tokens)).status).toBe(401);
      });

      it('asks for the anti-CSRF token beside cookies', async () => {
        const cookies = await submit('/auth/signup', someEmail(), PASSWORD, {
          'st-auth-mode': 'cookie',
        });
        const cookie = cookies.cookies.map((each) => each.split(';')[0]).join('; ');
        expect((await send('POST', '/editor', { cookie })).status).toBe(401);
        const headers = { cookie, 'anti-csrf': cookies.antiCsrf };
        expect((await send('POST', '/editor', headers)).status).toBe(200);
      });

      it('fails while the core is away, and goes on when it is back', async () => {
        const { tokens } = await signUp();
        await service[Symbol.asyncDispose]();
        expect((await refresh(tokens)).status).toBe(500);
        await startCore();
        expect((await refresh(tokens)).status).toBe(200);
      });

      it('gets nowhere with a wrong key', async () => {
        await using stranger = await start(example, 'wrong-key-of-the-examples-123456789');
        const response = await fetch(`${stranger.url}/auth/signup`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ formFields: fields(someEmail(), PASSWORD) }),
        });
        expect(response.status).toBe(500);
      });

      async function send(method: string, path: string, headers: object = {}, body?: object) {
        const response = await fetch(`${app.url}${path}`, {
          method,
          headers: { 'content-type': 'application/json', rid: 'anti-csrf', ...headers },
          ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
        });
        const text = await response.text();
        const token = (name: string) => response.headers.get(name) ?? '';
        return {
          status: response.status,
          body: text.startsWith('{') ? JSON.parse(text) : text,
          tokens: { access: token('st-access-token'), refresh: token('st-refresh-token') },
          antiCsrf: token('anti-csrf'),
          cookies: response.headers.getSetCookie(),
        };
      }

      type Tokens = Awaited<ReturnType<typeof send>>['tokens'];
      const me = ({ access }: Tokens) => send('GET', '/me', bearer(access));
      const refresh = (tokens: Tokens) =>
        send('POST', '/auth/session/refresh', bearer(tokens.refresh));
      const submit = (path: string, email: string, password = PASSWORD, headers: object = {}) =>
        send(
          'POST',
          path,
          { 'st-auth-mode': 'header', ...headers },
          {
            formFields: fields(email, password),
          },
        );
      const signUp = (email = someEmail()) => submit('/auth/signup', email);
    });
  }
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function fields(email: string, password: string) {
  return [
    { id: 'email', value: email },
    { id: 'password', value: password },
  ];
}

function someEmail(): string {
  return `${randomUUID()}@examples.example.com`;
}
