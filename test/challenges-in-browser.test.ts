import { readFile } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium, warnWithoutChromium } from './harness/chromium.js';
import { SIGN_IN, signUpUser } from './harness/graphql-client.js';
import { type ScriptedServer, startScriptedServer } from './harness/scripted-server.js';
import { startService, type TestService } from './harness/service.js';

warnWithoutChromium('challenges in a browser');

const COMPILED = new URL('../packages/client/dist/', import.meta.url);
const PAGE = '<!doctype html><title>app</title><script type="module" src="/app.js"></script>';
/** How often the page looks whether it may go on, and what no user notices. Milliseconds. */
const TICK_MS = 10;
const UNNOTICED_MS = 200;

/** Signs in beside a clock that ticks only while the page is free to do something. */
const APP = `import { createAuthClient } from '/client/index.js';
window.signIn = async (url, credentials) => {
  const ticks = [performance.now()];
  const timer = setInterval(() => ticks.push(performance.now()), ${TICK_MS});
  const { __typename } = await createAuthClient({ url }).signIn(credentials);
  clearInterval(timer);
  ticks.push(performance.now());
  const pauses = ticks.slice(1).map((tick, before) => tick - ticks[before]);
  return { __typename, pause: Math.max(...pauses) };
};`;

/** Of an app that allows no inline script, no eval and no worker but its own. */
const policyFor = (service: string) => `default-src 'self'; connect-src 'self' ${service}`;

describe.skipIf(!hasChromium)('in a browser', () => {
  let browser: Browser;
  let app: ScriptedServer;
  let service: TestService;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
    app = await startScriptedServer(async ({ path }, response) => {
      const policy = policyFor(service.url);
      const isPage = path === '/';
      const type = isPage ? 'text/html' : 'text/javascript';
      response.setHeader('content-security-policy', policy).setHeader('content-type', type);
      const name = /^\/client\/((?:[a-z-]+\/)?[a-z-]+\.js)$/.exec(path)?.[1];
      if (name === undefined) response.end(isPage ? PAGE : APP);
      else response.end(await readFile(new URL(name, COMPILED)));
    });
    service = await startService({
      env: {
        AUTHGRAPH_ALLOWED_ORIGINS: app.url,
        AUTHGRAPH_LIMITS: 'accounts',
        AUTHGRAPH_CHALLENGE: 'altcha',
        AUTHGRAPH_CHALLENGE_AFTER: '3/15m',
      },
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });

  const attempt = async (email: string, challengeSolution?: string) => {
    const query = SIGN_IN.replace('... on Problem', '... on ChallengeRequired { reason } $&');
    const input = { email, password: 'wrong', challengeSolution };
    return (await service.send(query, { input })).body.data.signIn;
  };

  interface SignedIn {
    readonly __typename: string;
    /** The longest time in which the page could do nothing, in milliseconds. */
    readonly pause: number;
  }
  async function signIn(page: Page, credentials: object): Promise<SignedIn> {
    return page.evaluate<SignedIn>(
      `signIn('${service.url}/graphql', ${JSON.stringify(credentials)})`,
    );
  }

  it('the client kit solves a challenge under a strict policy, and the page goes on', {
    timeout: 30_000,
  }, async () => {
    const { email, password } = await signUpUser(service.send);
    const page = await browser.newPage();
    const sent: (string | null)[] = [];
    page.on('request', (request) => {
      const { input } = JSON.parse(request.postData() ?? '{}').variables ?? {};
      if (input !== undefined) sent.push(input.challengeSolution);
    });
    await page.goto(app.url, { waitUntil: 'load' });
    // The first sign-in is answered at once: it loads what later ones need.
    expect(await signIn(page, { email, password })).toMatchObject({ __typename: 'SignedIn' });
    for (const n of [1, 2, 3]) await attempt(`victim-${n}@example.com`);

    const { __typename, pause } = await signIn(page, { email, password });
    expect(__typename).toBe('SignedIn');
    expect(sent.slice(0, 2)).toEqual([null, null]);
    expect(sent).toHaveLength(3);
    expect(pause).toBeLessThan(UNNOTICED_MS);
    const [, , solution] = sent;

    // It was good once, and with anything changed it is good for nothing.
    expect(await attempt(email, solution ?? '')).toMatchObject({ reason: 'USED' });
    const { challenge, solution: own } = JSON.parse(atob(solution ?? ''));
    const wrong = { challenge, solution: { ...own, counter: own.counter + 1 } };
    expect(await attempt(email, btoa(JSON.stringify(wrong)))).toMatchObject({ reason: 'INVALID' });
  });
});
