import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium, warnWithoutChromium } from './harness/chromium.js';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import { type ScriptedServer, startScriptedServer } from './harness/scripted-server.js';
import { startService, type TestService } from './harness/service.js';
import { filesIn, writeApp } from './package/documented-app.js';

warnWithoutChromium('the React app of docs/react.md in a browser');

/** Seconds suffice, unless the machine is busy with the other tests. */
const TEST_TIMEOUT_MS = 90_000;
const PATIENT = { timeout: 30_000 };

const INDEX = `<!doctype html><title>app</title><div id="root"></div>
<script type="module" src="/src/main.tsx"></script>`;

/** The app as docs/react.md tells its reader to write it, built by Vite, by path. */
async function builtApp(change: (code: string) => string): Promise<Map<string, string>> {
  const files = await filesIn('docs/react.md');
  const sources = [...files].map(([path, code]) => [path, change(code)] as const);
  await using app = await writeApp(new Map([...sources, ['index.html', INDEX]]));
  await build({ root: app.folder, configFile: false, logLevel: 'error', build: { minify: false } });
  const html = await readFile(join(app.folder, 'dist/index.html'), 'utf8');
  const script = /src="(\/assets\/[^"]+)"/.exec(html)?.[1] ?? '';
  return new Map([
    ['/', html],
    [script, await readFile(join(app.folder, `dist${script}`), 'utf8')],
  ]);
}

function serve(files: ReadonlyMap<string, string>): Promise<ScriptedServer> {
  return startScriptedServer(({ path }, response) => {
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': type }).end(files.get(path) ?? files.get('/'));
  });
}

describe.skipIf(!hasChromium).each([
  ['tokens in localStorage', 'storage: localStorageStorage()'],
  ['tokens in cookies', "delivery: 'COOKIE'"],
])('the React app of docs/react.md, with %s', (_where, delivery) => {
  const clock = new FakeClock();
  const files = new Map<string, string>();
  let browser: Browser;
  let app: ScriptedServer;
  let service: TestService;
  let context: BrowserContext;
  let refreshes: number;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
    app = await serve(files);
    service = await startService({
      clock,
      env: { AUTHGRAPH_ALLOWED_ORIGINS: app.url, AUTHGRAPH_REFRESH_GRACE: '0s' },
    });
    const built = await builtApp((code) =>
      code
        .replace('http://localhost:4000', service.url)
        .replace('storage: localStorageStorage()', delivery),
    );
    for (const [path, text] of built) files.set(path, text);
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    refreshes = 0;
    context.on('request', (request) => {
      if (request.postData()?.includes('mutation RefreshSession')) refreshes++;
    });
  });

  async function open(): Promise<Page> {
    const tab = await context.newPage();
    tab.setDefaultTimeout(PATIENT.timeout);
    await tab.goto(app.url);
    return tab;
  }
  const form = (tab: Page, title: string) => tab.getByRole('form', { name: title });
  const shows = (tab: Page, text: string) => tab.getByText(text).waitFor();
  async function submit(tab: Page, title: string, email: string, password: string) {
    await form(tab, title).getByLabel('Email').fill(email);
    await form(tab, title).getByLabel('Password').fill(password);
    await form(tab, title).getByRole('button').click();
  }

  it(
    'signs up, shows a protected page, refreshes, follows in the other tab, and signs out',
    async () => {
      const [tab, other] = [await open(), await open()];
      await shows(tab, 'You are not signed in.');

      await submit(tab, 'Sign up', 'ada@users.example.com', 'ada1');
      await shows(tab, 'Use at least 8 characters.');
      await shows(tab, 'Leave out the name from your email address.');

      await submit(tab, 'Sign up', 'ada@users.example.com', GOOD_PASSWORD);
      await shows(tab, 'Signed in as ada@users.example.com');
      await shows(other, 'Signed in as ada@users.example.com');

      clock.advance(11 * 60); // the access token has expired
      await tab.getByText('Load again').click();
      await expect.poll(() => refreshes, PATIENT).toBe(1);
      await shows(tab, 'Signed in as ada@users.example.com');

      await tab.reload();
      await shows(tab, 'Signed in as ada@users.example.com');

      await tab.getByText('Sign out').click();
      await shows(tab, 'You are not signed in.');
      await shows(other, 'You are not signed in.');
      await tab.reload();
      await form(tab, 'Sign in').waitFor();

      await submit(tab, 'Sign in', 'ada@users.example.com', 'not the password');
      await form(tab, 'Sign in').getByRole('listitem').waitFor();
      await submit(tab, 'Sign in', 'ada@users.example.com', GOOD_PASSWORD);
      await shows(other, 'Signed in as ada@users.example.com');
      expect(refreshes).toBe(1);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'says beside the form that the service cannot be reached, and stays usable',
    async () => {
      const tab = await open();
      await form(tab, 'Sign in').waitFor();
      await context.route(`${service.url}/**`, (route) => route.abort());
      await submit(tab, 'Sign in', 'ada@users.example.com', GOOD_PASSWORD);
      await shows(tab, 'The service cannot be reached at the moment. Try again.');
      await context.unroute(`${service.url}/**`);
      await submit(tab, 'Sign in', 'ada@users.example.com', GOOD_PASSWORD);
      await shows(tab, 'Signed in as ada@users.example.com');
    },
    TEST_TIMEOUT_MS,
  );
});
