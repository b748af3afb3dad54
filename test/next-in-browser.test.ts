import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium, warnWithoutChromium } from './harness/chromium.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  buildNextApp,
  frameworksAreInstalled,
  INSTALL_COMMAND,
  installFrameworks,
  startNext,
} from './harness/framework-apps.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import { freePort } from './harness/servers.js';
import { startService, type TestService } from './harness/service.js';
import { startTlsFront } from './harness/tls-front.js';
import { filesIn, writeApp } from './package/documented-app.js';

warnWithoutChromium('the Next.js app of docs/nextjs.md in a browser');

/** Building and starting Next.js, beside the other tests. */
const SETUP_TIMEOUT_MS = 300_000;
const TEST_TIMEOUT_MS = 90_000;
/** So that the app's server finds the service by its name. */
const RESOLVER = `const dns = require('node:dns');
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.test') ? '127.0.0.1' : name, ...rest);`;

const RELAY = 'app/auth/graphql/route.ts';

const canRun = hasChromium && frameworksAreInstalled;
const title = `the Next.js app of docs/nextjs.md on two host names over TLS (needs: ${INSTALL_COMMAND})`;

describe.skipIf(!canRun)(title, () => {
  const clock = new FakeClock();
  const resources = new AsyncDisposableStack();
  let service: TestService;
  let browser: Browser;
  let context: BrowserContext;
  let app: string;
  let users = 0;

  beforeAll(async () => {
    const [front, port, servicePort] = await Promise.all([freePort(), freePort(), freePort()]);
    app = `https://app.test:${front}`;
    const issuer = `https://auth.test:${front}`;
    const targets = { 'app.test': port, 'auth.test': servicePort };
    const { certificateFile } = resources.use(await startTlsFront(front, targets));

    clock.advance(-3600); // the keys have been there for a while
    const origins = { AUTHGRAPH_ISSUER: issuer, AUTHGRAPH_ALLOWED_ORIGINS: app };
    service = await startService({ clock, env: { PORT: `${servicePort}`, ...origins } });
    resources.use(service);
    clock.advance(3600);

    const files = new Map([...(await filesIn('docs/nextjs.md')), ['resolver.cjs', RESOLVER]]);
    // The page has a rewrite, and a route for those who have none: here each at its own address.
    files.set('app/relay/graphql/route.ts', files.get(RELAY) ?? '');
    files.delete(RELAY);
    const { folder } = resources.use(await writeApp(files, installFrameworks));
    const env = {
      AUTHGRAPH_ISSUER: issuer,
      AUTHGRAPH_URL: issuer,
      NODE_EXTRA_CA_CERTS: certificateFile,
      NODE_OPTIONS: `--require=${folder}/resolver.cjs`,
    };
    await buildNextApp(env, folder);
    resources.defer((await startNext(env, folder, port)).stop);
    const rules = '--host-resolver-rules=MAP *.test 127.0.0.1';
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...CHROMIUM_FLAGS, rules, '--ignore-certificate-errors'],
    });
    resources.defer(() => browser.close());
  }, SETUP_TIMEOUT_MS);
  afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS);
  beforeEach(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(30_000);
  });

  async function open(path: string): Promise<Page> {
    const tab = await context.newPage();
    await tab.goto(app + path);
    return tab;
  }
  const shows = (tab: Page, text: string | RegExp) => tab.getByText(text).first().waitFor();
  const session = async () =>
    (
      await service.sql<{ id: string; generation: number; user_id: string }>(
        `select id, generation, user_id from sessions
          where user_id = (select id from users where email = ?)`,
        [`next-${users}@users.example.com`],
      )
    )[0] ?? { id: '', generation: -1, user_id: '' };
  /** Of a session; the device stays known. */
  const cookies = async () => (await context.cookies()).filter(({ name }) => /-[ar]t$/.test(name));

  async function signUp(tab: Page): Promise<string> {
    await tab.getByPlaceholder('Email').fill(`next-${++users}@users.example.com`);
    await tab.getByPlaceholder('Password').fill(GOOD_PASSWORD);
    await tab.getByRole('button', { name: 'Sign up' }).click();
    await tab.waitForURL(`${app}/account`);
    const { user_id } = await session();
    await shows(tab, `Signed in as user ${user_id}`);
    return user_id;
  }
  /** Gives the browser an access token that has expired, and a refresh token that has not. */
  async function expire(tab: Page, through = '/auth/graphql'): Promise<void> {
    clock.advance(-1200);
    const status = await tab.evaluate(`fetch('${through}', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { refreshSession { __typename } }' }),
    }).then(({ status }) => status)`);
    clock.advance(1200);
    expect(status).toBe(200);
  }

  it(
    'signs up, renders for the user on the server, and keeps the cookies at the app',
    async () => {
      const tab = await open('/');
      await shows(tab, 'Hello, whoever you are.');
      await tab.getByPlaceholder('Email').fill('ada@users.example.com');
      await tab.getByPlaceholder('Password').fill('short');
      await tab.getByRole('button', { name: 'Sign up' }).click();
      await shows(tab, /Use at least 8 characters\./);

      const userId = await signUp(tab);
      expect(await cookies()).toMatchObject(
        ['__Host-authgraph-at', '__Host-authgraph-rt'].map((name) => {
          return { name, domain: 'app.test', httpOnly: true, secure: true };
        }),
      );
      expect(await tab.evaluate(`fetch('/api/me').then((answer) => answer.json())`)).toEqual({
        userId,
      });
      await shows(await open('/'), `Hello, user ${userId}.`);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'renews an expired session on the way to a page, once, and no cache keeps the answer',
    async () => {
      const tab = await open('/');
      const userId = await signUp(tab);
      for (const path of ['/account', '/']) {
        await expire(tab);
        const { generation } = await session();
        const answer = await tab.goto(app + path);
        await shows(tab, path === '/' ? `Hello, user ${userId}.` : `Signed in as user ${userId}`);
        expect(await session()).toMatchObject({ generation: generation + 1 });
        expect(answer?.headers()['cache-control']).toBe('private, no-store');
        await tab.reload();
        expect(await session()).toMatchObject({ generation: generation + 1 });
      }
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'renews it in two tabs at once, and in the route, and leads back',
    async () => {
      const tab = await open('/');
      const userId = await signUp(tab);
      await expire(tab);
      const tabs = await Promise.all([open('/account'), open('/account'), open('/')]);
      await shows(tabs[0], `Signed in as user ${userId}`);
      await shows(tabs[1], `Signed in as user ${userId}`);
      await shows(tabs[2], `Hello, user ${userId}.`);
      await expire(tab, '/relay/graphql');
      await tab.goto(`${app}/refresh?to=/account`);
      expect(tab.url()).toBe(`${app}/account`);
      await shows(tab, `Signed in as user ${userId}`);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'leads away from a page when the session is over, and the browser knows it too',
    async () => {
      const tab = await open('/');
      await signUp(tab);
      await expire(tab);
      const { id } = await session();
      await service.sql("update sessions set ended_at = ?, end_reason = 'revoked' where id = ?", [
        clock.now(),
        id,
      ]);
      await tab.goto(`${app}/account`);
      expect(tab.url()).toBe(`${app}/`);
      await shows(tab, 'Hello, whoever you are.');
      await tab.getByPlaceholder('Email').waitFor();
      expect(await cookies()).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'follows in the other tabs, with what the server rendered, when one signs out or up',
    async () => {
      const tab = await open('/');
      const userId = await signUp(tab);
      const others = [await open('/'), await open('/account')] as const;
      await shows(others[0], `Hello, user ${userId}.`);
      await shows(others[1], `Signed in as user ${userId}`);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      for (const each of [tab, ...others]) await shows(each, 'Hello, whoever you are.');
      expect(others[1].url()).toBe(`${app}/`);
      expect(await cookies()).toEqual([]);
      await others[1].goto(`${app}/account`);
      expect(others[1].url()).toBe(`${app}/`);

      const again = await signUp(tab);
      await shows(others[0], `Hello, user ${again}.`);
    },
    TEST_TIMEOUT_MS,
  );
});
