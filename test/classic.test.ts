import { randomUUID } from 'node:crypto';
import * as WithoutExpress from '@authgraph/sdk/classic';
import * as SuperTokens from '@authgraph/sdk/classic/express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClassicApp, expressIsInstalled, startClassicApp } from './harness/classic-app.js';
import { CORE_KEY, startCore, type TestCore } from './harness/core-client.js';
import { bearer, GOOD_PASSWORD, SIGN_IN } from './harness/graphql-client.js';

let core: TestCore;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core[Symbol.asyncDispose]());
const config = () => ({ connectionURI: core.url, apiKey: CORE_KEY, cookieSecure: false });

/** A browser's cookies and what its page keeps, in one. */
class Browser {
  readonly cookies = new Map<string, string>();
  antiCsrf: string | undefined;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(method: string, path: string, headers: Record<string, string> = {}) {
    const sent = [...this.cookies].filter(
      ([name]) => name !== 'sRefreshToken' || path === '/refresh',
    );
    const cookie = sent.map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { cookie, ...headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.antiCsrf = response.headers.get('anti-csrf') ?? this.antiCsrf;
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** A request that changes something. */
  change(path: string) {
    return this.send('POST', path, this.antiCsrf ? { 'anti-csrf': this.antiCsrf } : {});
  }
}

describe.each(['node:http', 'Express'] as const)(
  'an application of the first time, on %s',
  (kind) => {
    describe.skipIf(kind === 'Express' && !expressIsInstalled)(
      '(npm ci --prefix test/supertokens)',
      () => {
        let app: ClassicApp;
        let browser: Browser;
        beforeAll(async () => {
          await SuperTokens.init(config());
          app = await startClassicApp(kind);
        });
        afterAll(() => app?.[Symbol.asyncDispose]());
        beforeEach(() => {
          browser = new Browser(app.url);
        });

        it('signs in, knows who asks, keeps data, and signs out', async () => {
          const { text: handle, headers } = await browser.send('POST', '/login');
          expect([...browser.cookies.keys()]).toEqual([
            'sAccessToken',
            'sRefreshToken',
            'sIdRefreshToken',
          ]);
          expect(headers.getSetCookie()[1]).toMatch(/; Path=\/refresh; .*HttpOnly; SameSite=lax/);
          expect(headers.get('id-refresh-token')).toMatch(/^[0-9a-f-]{36};\d{13}$/);
          expect(headers.get('access-control-expose-headers')).toBe('id-refresh-token, anti-csrf');
          expect(await browser.send('GET', '/me')).toMatchObject({
            status: 200,
            text: 'user {"plan":"x"}',
          });
          expect(await browser.change('/count')).toMatchObject({ status: 200, text: '{"n":1}' });
          expect(await SuperTokens.getSessionData(handle)).toEqual({ n: 1 });
          const out = await browser.change('/logout');
          expect(out.headers.get('id-refresh-token')).toBe('remove');
          expect([...browser.cookies]).toEqual([]);
          expect((await browser.send('GET', '/me')).status).toBe(440);
          await expect(SuperTokens.getSessionData(handle)).rejects.toMatchObject({
            errType: SuperTokens.Error.UNAUTHORISED,
          });
        });

        it('refuses what changes something without the anti-CSRF token', async () => {
          await browser.send('POST', '/login');
          expect(await browser.send('POST', '/count')).toMatchObject({
            status: 440,
            text: 'try refresh token',
          });
          expect((await browser.send('POST', '/count', { 'anti-csrf': 'x' })).status).toBe(440);
          expect((await browser.send('GET', '/me')).status).toBe(200);
        });

        it('refreshes, and takes a replaced token for stolen', async () => {
          await browser.send('POST', '/login');
          const thief = new Browser(app.url);
          for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
          thief.antiCsrf = browser.antiCsrf;
          browser.cookies.delete('sAccessToken'); // it expired
          expect(await browser.send('GET', '/me')).toMatchObject({
            status: 440,
            text: 'try refresh token',
          });
          expect((await browser.change('/refresh')).status).toBe(200);
          const renewed = browser.cookies.get('sAccessToken');
          expect((await browser.send('GET', '/me')).status).toBe(200);
          expect(browser.cookies.get('sAccessToken')).not.toBe(renewed); // its first use settles it
          expect((await thief.change('/refresh')).status).toBe(440);
          expect([...thief.cookies]).toEqual([]);
          // The whole session is over.
          expect((await browser.change('/refresh')).status).toBe(440);
          expect([...browser.cookies]).toEqual([]);
        });

        it('takes no token that it did not get', async () => {
          await browser.send('POST', '/login');
          const [header, payload, signature] = (browser.cookies.get('sAccessToken') ?? '').split(
            '.',
          );
          const forged = Buffer.from(payload ?? '', 'base64url')
            .toString()
            .replace('"user"', '"root"');
          for (const token of [
            'x',
            '%zz',
            `${header}.${Buffer.from(forged).toString('base64url')}.${signature}`,
            `${header}.${payload}.`,
          ]) {
            browser.cookies.set('sAccessToken', token);
            expect(await browser.send('GET', '/me')).toMatchObject({
              status: 440,
              text: 'try refresh token',
            });
          }
          browser.cookies.set('sRefreshToken', 'x');
          expect(await browser.change('/refresh')).toMatchObject({
            status: 440,
            text: 'unauthorised',
          });
        });

        it('lets pages of other origins send its header', async () => {
          const { headers } = await browser.send('OPTIONS', '/me');
          expect(headers.get('access-control-allow-headers')).toBe('anti-csrf');
          expect(headers.get('access-control-allow-credentials')).toBe('true');
        });

        it('passes on what is no error of a session', async () => {
          await browser.send('POST', '/login');
          await SuperTokens.init({
            ...config(),
            checkDatabase: true,
            fetch: afterTheFirst(brokenFetch),
          });
          expect((await browser.send('GET', '/me')).status).toBe(500);
          await SuperTokens.init(config());
          expect((await browser.send('GET', '/me')).status).toBe(200);
        });
      },
    );
  },
);

const brokenFetch: typeof fetch = () => Promise.reject(new Error('nobody there'));

/** The first call is that of `init`. */
function afterTheFirst(broken: typeof fetch): typeof fetch {
  let calls = 0;
  return (...call) => {
    calls += 1;
    return calls === 1 ? fetch(...call) : broken(...call);
  };
}

describe('without Express', () => {
  beforeAll(() => WithoutExpress.init(config()));

  it('hands out tokens, and reads them', async () => {
    const made = await WithoutExpress.createNewSession('someone', { a: 1 });
    expect(made).toEqual({
      session: { handle: expect.any(String), userId: 'someone', jwtPayload: { a: 1 } },
      accessToken: { value: expect.any(String), expires: expect.any(Number) },
      refreshToken: { value: expect.any(String), expires: expect.any(Number) },
      idRefreshToken: { value: expect.any(String), expires: made.refreshToken.expires },
      antiCsrfToken: expect.any(String),
    });
    const { session } = made;
    const access = made.accessToken.value;
    expect(await WithoutExpress.getSession(access, made.antiCsrfToken)).toEqual({ session });
    expect(await WithoutExpress.getSession(access, null)).toEqual({ session });
    for (const missing of [undefined, '', 'x']) {
      await expect(WithoutExpress.getSession(access, missing)).rejects.toMatchObject({
        errType: WithoutExpress.Error.TRY_REFRESH_TOKEN,
      });
    }
    const renewed = await WithoutExpress.refreshSession(
      made.refreshToken.value,
      made.antiCsrfToken,
    );
    const first = await WithoutExpress.getSession(renewed.newAccessToken.value, null);
    expect(first.newAccessToken?.value).not.toBe(renewed.newAccessToken.value);
    const stolen = WithoutExpress.refreshSession(made.refreshToken.value, made.antiCsrfToken);
    await expect(stolen).rejects.toMatchObject({
      errType: WithoutExpress.Error.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED,
      err: { sessionHandle: session.handle, userId: 'someone' },
    });
  });

  it('lists and ends sessions by handle and by user, those of the graph too', async () => {
    const email = `${randomUUID()}@classic.example.com`;
    const body = { email, password: GOOD_PASSWORD };
    const { user } = (await core.call('POST', '/recipe/signup', { body })).body;
    const signedIn = await core.service.send(SIGN_IN, { input: body });
    const handles = [];
    for (let count = 0; count < 3; count += 1) {
      handles.push((await WithoutExpress.createNewSession(user.id)).session.handle);
    }
    const listed = () => WithoutExpress.getAllSessionHandlesForUser(user.id);
    expect((await listed()).toSorted()).toEqual(handles.toSorted());
    const revoke = WithoutExpress.revokeSessionUsingSessionHandle;
    expect(await revoke(handles[0] ?? '')).toBe(true);
    expect(await revoke(handles[0] ?? '')).toBe(false);
    await WithoutExpress.revokeAllSessionsForUser(user.id);
    expect(await listed()).toEqual([]);
    const { accessToken } = signedIn.body.data.signIn.tokens;
    const me = await core.service.send('{ me { id } }', {}, bearer(accessToken));
    expect(me.body.data?.me ?? null).toBeNull();
  });

  it('says what is wrong with the set-up as a general error', async () => {
    const general = { errType: WithoutExpress.Error.GENERAL_ERROR };
    const wrongKey = { ...config(), apiKey: 'x' };
    await expect(WithoutExpress.init(wrongKey)).rejects.toMatchObject(general);
    await expect(WithoutExpress.init(wrongKey)).rejects.toThrow('401 Invalid API key');
    const nowhere = { connectionURI: 'http://127.0.0.1:1' };
    await expect(WithoutExpress.init(nowhere)).rejects.toMatchObject(general);
    const claims = WithoutExpress.createNewSession('user', { sub: 'other' });
    await expect(claims).rejects.toThrow('The user payload contains protected field');
  });
});
