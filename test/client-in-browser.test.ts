import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium, warnWithoutChromium } from './harness/chromium.js';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD, REFRESH } from './harness/graphql-client.js';
import { type ScriptedServer, sendJson, startScriptedServer } from './harness/scripted-server.js';
import { freePort } from './harness/servers.js';
import { startService, type TestService } from './harness/service.js';

warnWithoutChromium("the client's tests in a browser");

const COMPILED = new URL('../packages/client/dist/', import.meta.url);

/** The app under test: what it does is called from outside, by these names. */
const PAGE = `<!doctype html><title>app</title><script type="module">
import { createAuthClient, localStorageStorage } from '/client/index.js';
const { url, delivery } = Object.fromEntries(new URLSearchParams(location.search));
window.ends = [];
window.client = createAuthClient({ url, delivery, storage: localStorageStorage(), onSignedOut: ({ reason }) => ends.push(reason) });
window.ask = async () => {
  const response = await client.authFetch(url, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query Ask { me { id } }' }) });
  return response.status + ' ' + ((await response.json()).data?.me?.id ?? 'nobody');
};
window.askTen = () => Promise.all(Array.from({ length: 10 }, () => ask().catch(String)));
</script>`;

async function serveApp(path: string, response: ServerResponse): Promise<void> {
  const name = /^\/client\/((?:[a-z-]+\/)?[a-z-]+\.js)$/.exec(path)?.[1];
  if (name === undefined)
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  response
    .writeHead(200, { 'content-type': 'text/javascript' })
    .end(await readFile(new URL(name, COMPILED)));
}

describe.skipIf(!hasChromium)('the client in two tabs of a browser', () => {
  const clock = new FakeClock();
  let browser: Browser;
  let app: ScriptedServer;
  let service: TestService;
  let context: BrowserContext;
  /** What the tabs have sent to a GraphQL endpoint, by operation. */
  let sent: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
    app = await startScriptedServer(({ path }, response) => serveApp(path, response));
    // Without a grace window a second refresh with a spent token would end the session.
    service = await startService({
      clock,
      env: { AUTHGRAPH_ALLOWED_ORIGINS: app.url, AUTHGRAPH_REFRESH_GRACE: '0s' },
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    sent = [];
    context.on('request', (request) => {
      const operation = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1];
      if (request.method() === 'POST' && operation !== undefined) sent.push(operation);
    });
  });
  afterEach(() => context.close());

  const count = (operation: string) => sent.filter((name) => name === operation).length;
  /** Of a session; the device stays known. */
  const sessionCookies = async () =>
    (await context.cookies()).filter(({ name }) => /-[ar]t$/.test(name));
  const endsOf = (tabs: Page[]) => Promise.all(tabs.map((tab) => tab.evaluate<string[]>('ends')));

  async function openTabs(url: string, delivery: 'BODY' | 'COOKIE'): Promise<[Page, Page]> {
    const open = async () => {
      const tab = await context.newPage();
      await tab.goto(`${app.url}/?${new URLSearchParams({ url, delivery })}`);
      await tab.waitForFunction('window.askTen');
      return tab;
    };
    return [await open(), await open()];
  }

  let made = 0;
  async function signUp(
    tab: Page,
  ): Promise<{ userId: string; sessionId: string; tokens: object | null }> {
    const credentials = {
      email: `browser-${process.pid}-${++made}@users.example.com`,
      password: GOOD_PASSWORD,
    };
    const result = await tab.evaluate<{
      user: { id: string };
      session: { id: string };
      tokens: object | null;
    }>(`client.signUp(${JSON.stringify(credentials)})`);
    return { userId: result.user.id, sessionId: result.session.id, tokens: result.tokens };
  }

  const sessionRow = async (id: string) =>
    (await service.sql('select generation, end_reason from sessions where id = ?', [id]))[0];

  async function askInBoth(tabs: Page[]): Promise<string[]> {
    return (await Promise.all(tabs.map((tab) => tab.evaluate<string[]>('askTen()')))).flat();
  }

  it('sends one refresh for twenty queries with an expired access token, and all succeed', async () => {
    const tabs = await openTabs(`${service.url}/graphql`, 'BODY');
    const { userId, sessionId } = await signUp(tabs[0]);
    await tabs[1].waitForFunction('client.session !== null'); // the other tab is signed in as well
    for (let round = 1; round <= 5; round++) {
      clock.advance(11 * 60);
      expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => `200 ${userId}`));
      expect(count('RefreshSession')).toBe(round);
      expect(await sessionRow(sessionId)).toEqual({ generation: round, end_reason: null });
    }
    expect(await endsOf(tabs)).toEqual([[], []]);
  });

  it('sends one refresh, and tells each tab once, when the session was ended elsewhere', async () => {
    const tabs = await openTabs(`${service.url}/graphql`, 'BODY');
    const { sessionId } = await signUp(tabs[0]);
    await tabs[1].waitForFunction('client.session !== null');
    await service.sql("update sessions set ended_at = ?, end_reason = 'signed_out' where id = ?", [
      clock.now(),
      sessionId,
    ]);
    clock.advance(11 * 60);
    expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => '401 nobody'));
    await tabs[0].waitForFunction('client.session === null');
    await tabs[1].waitForFunction('client.session === null');
    expect({ refreshes: count('RefreshSession'), queries: count('Ask') }).toEqual({
      refreshes: 1,
      queries: 20,
    });
    expect((await endsOf(tabs)).map((ends) => ends.join()).sort()).toEqual([
      'ENDED_IN_ANOTHER_TAB',
      'REVOKED',
    ]);
    expect(await tabs[0].evaluate("localStorage.getItem('authgraph')")).toBeNull();
  });

  it('does not loop, and tells each tab once, when the service refuses whatever it issued', async () => {
    const tokens = {
      accessToken: 'useless',
      accessTokenExpiresAt: new Date(Date.now() + 600_000).toISOString(),
      refreshToken: 'refresh',
      refreshTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(),
    };
    await using hostile = await startScriptedServer(({ query, headers }, response) => {
      const cors = {
        'access-control-allow-origin': headers.origin ?? '',
        'access-control-allow-headers': 'authorization,content-type',
      };
      if (query.includes('mutation')) {
        const __typename = query.includes('SignUp') ? 'SignedIn' : 'SessionRefreshed';
        return sendJson(
          response,
          200,
          { data: { result: { __typename, user: { id: 'u' }, session: { id: 's' }, tokens } } },
          cors,
        );
      }
      const errors = [
        { message: 'No.', extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' } },
      ];
      // 200 to the browser's own question
      return sendJson(response, query === '' ? 200 : 401, { errors }, cors);
    });
    const tabs = await openTabs(`${hostile.url}/graphql`, 'BODY');
    await signUp(tabs[0]);
    await tabs[1].waitForFunction('client.session !== null');
    expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => '401 nobody'));
    await tabs[0].waitForFunction('client.session === null');
    await tabs[1].waitForFunction('client.session === null');
    await askInBoth(tabs); // signed out: no more refreshes, no more events
    expect(hostile.count('RefreshSession')).toBe(1);
    expect(hostile.count('Ask')).toBeLessThanOrEqual(60);
    const ends = await endsOf(tabs);
    expect(ends.map((reasons) => reasons.length)).toEqual([1, 1]);
    expect(ends.flat()).toContain('ACCESS_REFUSED');
  });

  it('signs the other tab out as well', async () => {
    const tabs = await openTabs(`${service.url}/graphql`, 'BODY');
    const { sessionId } = await signUp(tabs[0]);
    await tabs[1].waitForFunction('client.session !== null');
    await tabs[0].evaluate('client.signOut()');
    await tabs[1].waitForFunction('client.session === null');
    expect(await endsOf(tabs)).toEqual([['SIGNED_OUT'], ['ENDED_IN_ANOTHER_TAB']]);
    expect(await sessionRow(sessionId)).toEqual({ generation: 0, end_reason: 'signed_out' });
    expect(await tabs[1].evaluate('ask()')).toBe('200 nobody');
  });

  it('does all of it with cookies, which no script can read', async () => {
    const tabs = await openTabs(`${service.url}/graphql`, 'COOKIE');
    const { userId, sessionId, tokens } = await signUp(tabs[0]);
    expect(tokens).toBeNull();
    expect(await tabs[0].evaluate('document.cookie + JSON.stringify(localStorage)')).not.toMatch(
      /ag_rt_|eyJ/,
    );
    await tabs[1].waitForFunction('client.session !== null');
    expect(await tabs[1].evaluate('ask()')).toBe(`200 ${userId}`);

    clock.advance(11 * 60);
    expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => `200 ${userId}`));
    expect(count('RefreshSession')).toBe(1);
    expect(await sessionRow(sessionId)).toEqual({ generation: 1, end_reason: null });

    await tabs[0].evaluate('client.signOut()');
    await tabs[1].waitForFunction('client.session === null');
    expect(await sessionCookies()).toEqual([]);
    expect(await tabs[1].evaluate('ask()')).toBe('200 nobody');
    expect(await endsOf(tabs)).toEqual([['SIGNED_OUT'], ['ENDED_IN_ANOTHER_TAB']]);
  });

  it('finds a session of an earlier visit in the cookies, and forgets cookies whose session is over', async () => {
    const [tab] = await openTabs(`${service.url}/graphql`, 'COOKIE');
    const { userId, sessionId } = await signUp(tab);
    clock.advance(11 * 60);
    await tab.evaluate('localStorage.clear()');
    await tab.reload();
    await tab.waitForFunction('window.askTen');
    expect(
      await tab.evaluate(
        'client.me().then((user) => [user.id, client.session.id, client.session.tokens])',
      ),
    ).toEqual([userId, sessionId, null]);
    expect(count('RefreshSession')).toBe(1);

    await service.sql("update sessions set ended_at = ?, end_reason = 'signed_out' where id = ?", [
      clock.now(),
      sessionId,
    ]);
    clock.advance(11 * 60);
    expect(await tab.evaluate('client.me()')).toBeNull();
    expect(await tab.evaluate('ends')).toEqual(['REVOKED']);
    expect(await sessionCookies()).toEqual([]);
    expect(await tab.evaluate('ask()')).toBe('200 nobody');
    expect(count('RefreshSession')).toBe(2);
  });

  it('ends the session when it is told that its cookies are gone', async () => {
    const [tab] = await openTabs(`${service.url}/graphql`, 'COOKIE');
    await signUp(tab);
    await context.clearCookies();
    expect(await tab.evaluate('client.me()')).toBeNull();
    expect(await tab.evaluate("[client.session, localStorage.getItem('authgraph')]")).toEqual([
      null,
      null,
    ]);
    expect(await tab.evaluate('ends')).toEqual(['MISSING']);
  });

  describe('with a service that knows by what URL it is called', () => {
    let bound: TestService;
    beforeAll(async () => {
      const port = await freePort();
      bound = await startService({
        env: {
          PORT: String(port),
          AUTHGRAPH_ISSUER: `http://127.0.0.1:${port}`,
          AUTHGRAPH_ALLOWED_ORIGINS: app.url,
          AUTHGRAPH_REFRESH_GRACE: '1s',
        },
      });
    });
    afterAll(() => bound?.[Symbol.asyncDispose]());

    it('binds the session to a key that no script can read, for all tabs and after a reload', async () => {
      const tabs = await openTabs(`${bound.url}/graphql`, 'BODY');
      const { userId } = await signUp(tabs[0]);
      await tabs[1].waitForFunction('client.session !== null');
      expect(
        await tabs[1].evaluate('ask().then((answer) => [client.session.bound, answer])'),
      ).toEqual([true, `200 ${userId}`]);
      await tabs[0].evaluate('client.refresh()');
      expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => `200 ${userId}`));
      await tabs[1].reload();
      await tabs[1].waitForFunction('window.askTen');
      expect(await tabs[1].evaluate('client.refresh().then(({ tokenType }) => tokenType)')).toBe(
        'DPOP',
      );
      expect(
        await tabs[0].evaluate(`(async () => {
        const opening = indexedDB.open('authgraph');
        await new Promise((resolve) => (opening.onsuccess = resolve));
        const reading = opening.result.transaction('keys').objectStore('keys').getAll();
        await new Promise((resolve) => (reading.onsuccess = resolve));
        const [{ privateKey }] = reading.result;
        const exported = await crypto.subtle.exportKey('jwk', privateKey).catch(({ name }) => name);
        return [reading.result.length, privateKey.extractable, exported];
      })()`),
      ).toEqual([1, false, 'InvalidAccessError']);
    });

    it('gives whoever copies its refresh token nothing, within and after the grace window', async () => {
      const [tab] = await openTabs(`${bound.url}/graphql`, 'BODY');
      const { userId } = await signUp(tab);
      const userAgent = await tab.evaluate<string>('navigator.userAgent');
      const refreshToken = await tab.evaluate<string>('client.session.tokens.refreshToken');
      const elsewhere = async () =>
        (await bound.send(REFRESH, { refreshToken }, { 'user-agent': userAgent })).body.data
          .refreshSession.reason;
      expect(await elsewhere()).toBe('UNPROVEN');
      await tab.evaluate('client.refresh()');
      expect(await elsewhere()).toBe('UNPROVEN');
      await bound.sql("update sessions set rotated_at = rotated_at - interval '1 minute'");
      expect(await elsewhere()).toBe('UNPROVEN');
      await tab.evaluate('client.refresh()');
      expect(await tab.evaluate('ask()')).toBe(`200 ${userId}`);
    });

    it('binds a session in cookies too', async () => {
      const tabs = await openTabs(`${bound.url}/graphql`, 'COOKIE');
      const { userId } = await signUp(tabs[0]);
      expect(await tabs[0].evaluate('client.session.bound')).toBe(true);
      await tabs[0].evaluate('client.refresh()');
      expect(await askInBoth(tabs)).toEqual(Array.from({ length: 20 }, () => `200 ${userId}`));
      const cookies = await context.cookies();
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      const { status, body } = await bound.send('{ me { id } }', {}, { cookie });
      expect([status, body.errors[0].extensions.reason]).toEqual([401, 'PROOF_MISSING']);
      await tabs[1].evaluate('localStorage.clear()');
      await tabs[1].reload();
      await tabs[1].waitForFunction('window.askTen');
      expect(await tabs[1].evaluate('client.me().then(({ id }) => id)')).toBe(userId);
      await tabs[1].evaluate('client.signOut()');
      expect(await sessionCookies()).toEqual([]);
    });
  });
});
