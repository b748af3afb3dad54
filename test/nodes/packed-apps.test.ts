import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium } from '../harness/chromium.js';
import { FakeClock } from '../harness/fake-clock.js';
import { GOOD_PASSWORD } from '../harness/graphql-client.js';
import { buildApp, createApp, NEXT_APP, VITE_APP } from '../harness/packed-app.js';
import { startScriptedServer } from '../harness/scripted-server.js';
import { freePort } from '../harness/servers.js';
import { startService, type TestService } from '../harness/service.js';
import { startTlsFront } from '../harness/tls-front.js';
import { until } from '../harness/until.js';
import { filesIn } from '../package/documented-app.js';

/** A folder outside of this repository: it takes minutes, and packages from the registry. */
const FOLDER = process.env.TEST_PACKED_APPS ?? '';
const MAKING_MS = 900_000;
const TEST_MS = 120_000;
const APP_HOST = 'app.example.test';
const AUTH_HOST = 'auth.example.test';
/** So that the app's server finds the service by its name. */
const RESOLVER = `const dns = require('node:dns');
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.test') ? '127.0.0.1' : name, ...rest);`;

if (FOLDER === '' || !hasChromium)
  process.stderr.write(
    '\n*** The apps of docs/react.md and docs/nextjs.md are NOT made with create-vite and create-next-app: set TEST_PACKED_APPS to an empty folder ***\n\n',
  );

describe.skipIf(FOLDER === '' || !hasChromium)(
  'an app made in an empty folder, with the packed packages, on two host names over TLS',
  () => {
    const clock = new FakeClock();
    const resources = new AsyncDisposableStack();
    const ports = { app: 0, auth: 0 };
    let service: TestService;
    let browser: Browser;
    let context: BrowserContext;
    let app: string;
    let issuer: string;
    let certificateFile: string;
    let users = 0;

    beforeAll(async () => {
      const front = await freePort();
      ports.app = await freePort();
      ports.auth = await freePort();
      app = `https://${APP_HOST}:${front}`;
      issuer = `https://${AUTH_HOST}:${front}`;
      const targets = { [APP_HOST]: ports.app, [AUTH_HOST]: ports.auth };
      ({ certificateFile } = resources.use(await startTlsFront(front, targets)));
      clock.advance(-3600); // the keys have been there for a while
      const env = { AUTHGRAPH_ISSUER: issuer, AUTHGRAPH_ALLOWED_ORIGINS: app };
      service = resources.use(
        await startService({ clock, env: { PORT: `${ports.auth}`, ...env } }),
      );
      clock.advance(3600);
      await mkdir(join(FOLDER, 'screenshots'), { recursive: true });
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: [
          ...CHROMIUM_FLAGS,
          '--host-resolver-rules=MAP *.test 127.0.0.1',
          '--ignore-certificate-errors',
        ],
      });
      resources.defer(() => browser.close());
    }, TEST_MS);
    afterAll(() => resources.disposeAsync(), TEST_MS);
    beforeEach(async () => {
      context = await browser.newContext({ ignoreHTTPSErrors: true });
      context.setDefaultTimeout(60_000);
    });

    async function open(path: string): Promise<Page> {
      const tab = await context.newPage();
      await tab.goto(app + path);
      return tab;
    }
    /** How often a user's session has been renewed. */
    const generationOf = async (email: string) => {
      const query = `select generation from sessions
        where user_id = (select id from users where email = ?)`;
      return (await service.sql<{ generation: number }>(query, [email]))[0]?.generation;
    };
    const shows = (tab: Page, text: string) => tab.getByText(text).first().waitFor();
    const shoot = (tab: Page, name: string) =>
      tab.screenshot({ path: join(FOLDER, 'screenshots', `${name}.png`) });

    it(
      'Vite and React: signs up, protects, refreshes, follows in the other tab, signs out',
      async () => {
        const files = [...(await filesIn('docs/react.md'))]
          .filter(([path]) => path.startsWith('src/'))
          .map(([path, code]) => [path, withCookies(code)] as const);
        const folder = await createApp(VITE_APP, FOLDER, new Map(files));
        await buildApp(folder);
        const built = await filesBelow(join(folder, 'dist'));
        await using _server = await serveFiles(built, ports.app);

        const [tab, other] = [await open('/'), await open('/')];
        await shows(tab, 'You are not signed in.');
        await shoot(tab, 'vite-signed-out');
        const form = tab.getByRole('form', { name: 'Sign up' });
        const email = `vite-${++users}@users.example.com`;
        await form.getByLabel('Email').fill(email);
        await form.getByLabel('Password').fill(GOOD_PASSWORD);
        await form.getByRole('button').click();
        await shows(tab, `Signed in as ${email}`);
        await shows(other, `Signed in as ${email}`);
        await shoot(tab, 'vite-signed-in');
        const names = (await context.cookies()).map(({ name, domain }) => [name, domain]);
        expect(names).toContainEqual(['__Host-authgraph-at', AUTH_HOST]);

        clock.advance(11 * 60);
        await tab.getByText('Load again').click();
        await expect.poll(() => generationOf(email), { timeout: 30_000 }).toBe(1);
        await shows(tab, `Signed in as ${email}`);
        await tab.reload();
        await shows(tab, `Signed in as ${email}`);
        await tab.getByText('Sign out').click();
        await shows(tab, 'You are not signed in.');
        await shows(other, 'You are not signed in.');
        await shoot(other, 'vite-signed-out-elsewhere');
        clock.advance(-11 * 60);
      },
      MAKING_MS,
    );

    it(
      'Next.js: signs up, protects, refreshes, follows in the other tab, signs out',
      async () => {
        const files = new Map([...(await filesIn('docs/nextjs.md')), ['resolver.cjs', RESOLVER]]);
        const folder = await createApp(NEXT_APP, FOLDER, files);
        const env = {
          AUTHGRAPH_ISSUER: issuer,
          AUTHGRAPH_URL: issuer,
          NODE_EXTRA_CA_CERTS: certificateFile,
          NODE_OPTIONS: `--require=${folder}/resolver.cjs`,
        };
        await buildApp(folder, env);
        await using _server = await startNext(folder, env, ports.app);

        const tab = await open('/');
        await shows(tab, 'Hello, whoever you are.');
        const email = `next-${++users}@users.example.com`;
        await tab.getByPlaceholder('Email').fill(email);
        await shoot(tab, 'next-signed-out');
        await tab.getByPlaceholder('Password').fill(GOOD_PASSWORD);
        await tab.getByRole('button', { name: 'Sign up' }).click();
        await tab.waitForURL(`${app}/account`);
        await shows(tab, 'Signed in as user');
        await shoot(tab, 'next-account');
        const domains = (await context.cookies()).map(({ domain }) => domain);
        expect(new Set(domains)).toEqual(new Set([APP_HOST]));

        clock.advance(-1200); // an access token that has expired, by the real clock
        const status = await tab.evaluate(`fetch('/auth/graphql', {
          method: 'POST', headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: 'mutation { refreshSession { __typename } }' }),
        }).then(({ status }) => status)`);
        clock.advance(1200);
        expect(status).toBe(200);
        const before = (await generationOf(email)) ?? 0;
        await tab.goto(`${app}/account`);
        await shows(tab, 'Signed in as user');
        expect(await generationOf(email)).toBe(before + 1);

        const other = await open('/account');
        await shows(other, 'Signed in as user');
        await tab.getByRole('button', { name: 'Sign out' }).click();
        await shows(other, 'Hello, whoever you are.');
        expect(other.url()).toBe(`${app}/`);
        await shoot(other, 'next-signed-out-elsewhere');
        await other.goto(`${app}/account`);
        expect(other.url()).toBe(`${app}/`);
      },
      MAKING_MS,
    );
  },
);

/** As docs/react.md says for a service on the same site. */
function withCookies(code: string): string {
  return code
    .replace('http://localhost:4000', `https://${AUTH_HOST}:\${location.port}`)
    .replace(/'(https:.*graphql)'/, '`$1`')
    .replace('storage: localStorageStorage()', "delivery: 'COOKIE'")
    .replace(', localStorageStorage', '');
}

async function filesBelow(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.(?:html|js|css)$/.test(name));
  const read = async (name: string) => [`/${name}`, await readFile(join(folder, name), 'utf8')];
  return new Map((await Promise.all(files.map(read))) as [string, string][]);
}

function serveFiles(files: ReadonlyMap<string, string>, port: number) {
  const types = { js: 'text/javascript', css: 'text/css' };
  return startScriptedServer(({ path }, response) => {
    const type = types[path.split('.').at(-1) as keyof typeof types] ?? 'text/html';
    response.writeHead(200, { 'content-type': type });
    response.end(files.get(path) ?? files.get('/index.html'));
  }, port);
}

async function startNext(
  folder: string,
  env: NodeJS.ProcessEnv,
  port: number,
): Promise<AsyncDisposable> {
  const { VITEST: _, ...own } = process.env;
  const child = spawn(
    process.execPath,
    ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', `${port}`],
    { cwd: folder, env: { ...own, NODE_ENV: 'production', ...env }, stdio: 'ignore' },
  );
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/favicon.ico`).then(
      () => true,
      () => false,
    );
  await until(answers, 60_000, 'Next.js answers');
  return {
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
