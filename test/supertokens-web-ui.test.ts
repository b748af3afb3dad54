import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium, warnWithoutChromium } from './harness/chromium.js';
import { CORE_KEY, startCore, type TestCore } from './harness/core-client.js';
import { startExample } from './harness/example-apps.js';
import { someEmail } from './harness/example-client.js';
import { linkIn, type MailServer, startMailServer } from './harness/mail-server.js';
import { type ScriptedServer, startScriptedServer } from './harness/scripted-server.js';
import { until } from './harness/until.js';

const FOLDER = fileURLToPath(new URL('../examples/supertokens/web-ui', import.meta.url));
const INSTALL = 'npm ci --prefix examples/supertokens/web-ui';
const installed = existsSync(join(FOLDER, 'node_modules/supertokens-auth-react'));
const what = "SuperTokens' user interface in a browser (examples/supertokens/web-ui)";

const PASSWORD = 'a-password-of-8';
/** So short that every click after it needs a refresh. */
const ACCESS_TOKEN_SECONDS = 1;
const TEST_TIMEOUT_MS = 120_000;
const PATIENT = { timeout: 60_000 };

warnWithoutChromium(what);
if (!installed) process.stderr.write(`\n*** SKIPPED: ${what}. Install: ${INSTALL} ***\n\n`);

describe.skipIf(!hasChromium || !installed)(`${what} (needs: ${INSTALL})`, () => {
  const resources = new AsyncDisposableStack();
  let core: TestCore;
  let mails: MailServer;
  let browser: Browser;
  let website: string;
  let context: BrowserContext;
  let tab: Page;
  let refreshes: number;

  beforeAll(async () => {
    [core, mails, browser] = await Promise.all([
      startCore(),
      startMailServer(),
      chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] }),
    ]);
    resources.use(core);
    resources.use(mails);
    resources.defer(() => browser.close());
    const coreConfig = { access_token_validity: ACCESS_TOKEN_SECONDS };
    const made = await core.call('PUT', '/recipe/multitenancy/app/v2', {
      body: { appId: 'web', coreConfig },
    });
    expect(made.body).toMatchObject({ status: 'OK' });

    const folder = await mkdtemp(join(tmpdir(), 'authgraph-web-ui-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const server = resources.use(await serveWebsite(folder));
    website = byName(server.url);
    const api = await startExample('web-ui', () => [process.execPath, 'server.mjs'], {
      WEBSITE_URL: website,
      CORE_URI: `${core.url}/appid-web`,
      CORE_API_KEY: CORE_KEY,
      SMTP_URL: mails.url.replace('//', '//user:password@'),
    });
    resources.use(api);
    await buildWebsite(folder, byName(api.url));
  }, TEST_TIMEOUT_MS);
  afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS);
  beforeEach(async () => {
    context = await browser.newContext();
    context.setDefaultTimeout(PATIENT.timeout);
    refreshes = 0;
    context.on('response', (response) => {
      const { pathname } = new URL(response.url());
      const isRefresh = pathname === '/auth/session/refresh' && response.ok();
      if (isRefresh && response.request().method() === 'POST') refreshes++;
    });
    tab = await context.newPage();
    await tab.goto(website);
  });

  async function fill(fields: Readonly<Record<string, string>>, button: string): Promise<void> {
    for (const [name, value] of Object.entries(fields))
      await tab.locator(`input[name="${name}"]`).fill(value);
    await tab.getByRole('button', { name: button }).click();
  }
  const shows = (text: string | RegExp) => tab.getByText(text).first().waitFor();
  const signedIn = () => tab.getByRole('heading', { name: 'Signed in' }).waitFor();

  async function signUp(email: string): Promise<void> {
    await tab.getByText('Sign Up', { exact: true }).click();
    await fill({ email, password: PASSWORD }, 'SIGN UP');
    await signedIn();
  }

  it(
    'signs up and out, and in with the right password only',
    async () => {
      const email = someEmail();
      await signUp(email);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await fill({ email, password: 'wrong-password-1' }, 'SIGN IN');
      await shows('Incorrect email and password combination');
      await fill({ email, password: PASSWORD }, 'SIGN IN');
      await signedIn();
      await tab.reload();
      await signedIn();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'refreshes a session whose access token has expired',
    async () => {
      await signUp(someEmail());
      for (const at of [1, 2]) {
        const before = refreshes;
        await until(expired, PATIENT.timeout, 'the access token expires');
        await tab.getByRole('button', { name: 'Ask the API' }).click();
        await shows(/^200 \{"userId"/);
        expect(refreshes, `refresh ${at}`).toBeGreaterThan(before);
        await tab.reload();
        await signedIn();
      }
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'resets a forgotten password by mail',
    async () => {
      const email = someEmail();
      await signUp(email);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await tab.getByText('Forgot password?').click();
      await fill({ email }, 'Email me');
      const { url } = linkIn(await mails.mailTo(email));
      await tab.goto(url.href);
      const password = 'another-password-9';
      await fill({ password, 'confirm-password': password }, 'CHANGE PASSWORD');
      await shows('Success!');
      await tab.goto(`${website}/auth`);
      await fill({ email, password: PASSWORD }, 'SIGN IN');
      await shows('Incorrect email and password combination');
      await fill({ email, password }, 'SIGN IN');
      await signedIn();
    },
    TEST_TIMEOUT_MS,
  );

  async function expired(): Promise<boolean> {
    const cookies = await context.cookies();
    const front = cookies.find(({ name }) => name === 'sFrontToken')?.value ?? '';
    const token = JSON.parse(Buffer.from(decodeURIComponent(front), 'base64').toString());
    return Date.now() > token.ate;
  }
});

/** Cookies of an address and of a name are not the same. */
function byName(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

function buildWebsite(folder: string, apiUrl: string): Promise<unknown> {
  return build({
    root: FOLDER,
    configFile: false,
    logLevel: 'error',
    define: { 'import.meta.env.VITE_API_URL': JSON.stringify(apiUrl) },
    build: { outDir: folder, emptyOutDir: true, minify: false },
  });
}

/** Every path that is no file is the app's own. */
function serveWebsite(folder: string): Promise<ScriptedServer> {
  return startScriptedServer(async ({ path }, response) => {
    const isScript = path.endsWith('.js');
    const file = isScript ? path : 'index.html';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(await readFile(join(folder, file)));
  });
}
