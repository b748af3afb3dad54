import { execFile, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import cors from '@fastify/cors';
import { type FastifyInstance, fastify } from 'fastify';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authgraph, type AuthgraphSettings, createAuthgraph } from '../src/index.js';
import { frameworksAreInstalled, INSTALL_COMMAND } from './harness/framework-apps.js';
import {
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  ME,
  REFRESH,
  SIGN_IN,
  SIGN_UP,
  signUpUser,
} from './harness/graphql-client.js';
import { freePort } from './harness/servers.js';
import { copyTemplate, TEST_SECRET } from './harness/service.js';
import { until } from './harness/until.js';
import { ROOT } from './package/packages.js';

const ISSUER = 'https://app.example.com/auth';
const APP = 'https://app.example.com';
/** For processes of their own: seconds suffice, unless the machine is busy. */
const PROCESS_TIMEOUT_MS = 60_000;

function settingsFor(dataDir: string, more: Partial<AuthgraphSettings> = {}): AuthgraphSettings {
  return {
    NODE_ENV: 'test',
    AUTHGRAPH_DATA_DIR: dataDir,
    AUTHGRAPH_ISSUER: ISSUER,
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_LIMITS: 'off',
    AUTHGRAPH_LOG_LEVEL: 'silent',
    ...more,
  };
}

const dataDirs: string[] = [];
async function newDataDir(): Promise<string> {
  const dataDir = await copyTemplate();
  dataDirs.push(dataDir);
  return dataDir;
}

/** The one in every app of this file. */
let first: Authgraph;
let firstDir: string;
let app: FastifyInstance;
beforeAll(async () => {
  firstDir = await newDataDir();
  const settings = settingsFor(firstDir, { AUTHGRAPH_ALLOWED_ORIGINS: APP });
  first = await createAuthgraph({ settings });
  await first.ready();
}, PROCESS_TIMEOUT_MS);
afterAll(async () => {
  await app.close();
  for (const dataDir of dataDirs) await rm(dataDir, { recursive: true, force: true });
});

describe('a service in a Fastify app, beside another one', () => {
  let second: Authgraph;
  let url: string;
  const signals = () =>
    ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'].map((name) =>
      process.listenerCount(name),
    );
  let signalsBefore: number[];

  beforeAll(async () => {
    signalsBefore = signals();
    second = await createAuthgraph({ settings: settingsFor(await newDataDir()) });
    app = fastify();
    await app.register(cors, { origin: 'https://elsewhere.example.com' });
    app.get('/', async () => 'the app');
    app.get('/health/ready', async () => 'the app is');
    app.post('/echo', async ({ body }) => body);
    await app.register(first.fastify, { prefix: '/auth' });
    await app.register(second.fastify);
    await second.ready();
    url = await app.listen({ port: 0 });
  }, PROCESS_TIMEOUT_MS);

  const send = (...args: Parameters<ReturnType<typeof graphqlClient>>) =>
    graphqlClient(`${url}/auth`)(...args);

  it('signs up and in, refreshes, and publishes its keys below the prefix', async () => {
    const user = await signUpUser(send);
    expect(decodeJwt(user.accessToken)).toMatchObject({ iss: ISSUER, sub: user.id });
    const { body } = await send(REFRESH, { refreshToken: user.refreshToken });
    const { accessToken } = body.data.refreshSession.tokens;
    const me = await send(ME, {}, bearer(accessToken));
    expect(me.body.data.me).toEqual({ id: user.id, email: user.email });
    expect(me.headers.get('cache-control')).toBe('no-store');
    const jwks = await fetch(`${url}/auth/.well-known/jwks.json`);
    expect(await jwks.json()).toMatchObject({ keys: [{ use: 'sig' }] });
    const nowhere = await fetch(`${url}/auth/realms/nobodys/.well-known/jwks.json`);
    expect(await nowhere.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('leaves the paths of the app to the app, with its parsers and its errors', async () => {
    expect(await (await fetch(url)).text()).toBe('the app');
    expect(await (await fetch(`${url}/health/ready`)).text()).toBe('the app is');
    const echo = await fetch(`${url}/echo`, { method: 'POST', body: 'plain text' });
    expect(await echo.text()).toBe('plain text');
    const missing = await fetch(`${url}/auth/nothing`);
    expect(await missing.json()).toMatchObject({ error: 'Not Found' });
  });

  it('keeps its own limits, parsers, origins and errors for its own paths', async () => {
    const post = (body: string, type = 'application/json') =>
      fetch(`${url}/auth/graphql`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('{}', 'text/plain')).status).toBe(415);
    const large = await post(JSON.stringify({ query: ME, variables: { x: 'x'.repeat(200_000) } }));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    const preflight = await fetch(`${url}/auth/graphql`, {
      method: 'OPTIONS',
      headers: { origin: APP, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
    expect(preflight.headers.get('access-control-allow-origin')).toBe(APP);
  });

  it('knows nothing of the other one in the process', async () => {
    const user = await signUpUser(send);
    const other = graphqlClient(url);
    const input = { email: user.email, password: GOOD_PASSWORD };
    expect((await send(SIGN_IN, { input })).body.data.signIn.__typename).toBe('SignedIn');
    const { body } = await other(SIGN_IN, { input });
    expect(body.data.signIn.__typename).toBe('InvalidCredentials');
    expect((await other(ME, {}, bearer(user.accessToken))).status).toBe(401);
  });

  it('handles no signal, and no failure of the process', () => {
    expect(signals()).toEqual(signalsBefore);
  });

  it('refuses a database that this process has open', async () => {
    const again = createAuthgraph({ settings: settingsFor(firstDir) });
    await expect(again).rejects.toThrow('is open in this process already');
  });
});

describe('settings of an embedded service', () => {
  it('are those of the environment, and every wrong one is named at once', async () => {
    const settings = { NODE_ENV: 'production', PORT: 'x', AUTHGRAPH_REFRESH_GRACE: '1h' };
    const refusal = expect(createAuthgraph({ settings })).rejects;
    await refusal.toMatchObject({
      name: 'ConfigError',
      problems: expect.arrayContaining([
        expect.stringMatching(/^PORT /),
        expect.stringMatching(/^AUTHGRAPH_REFRESH_GRACE /),
        expect.stringMatching(/^AUTHGRAPH_SECRET is required/),
      ]),
    });
  });

  it('cannot be misspelt, and say which environment it is', async () => {
    const misspelt = { ...settingsFor('unused'), AUTHGRAPH_PASSWORT_MIN_LENGTH: '12' };
    await expect(createAuthgraph({ settings: misspelt })).rejects.toMatchObject({
      problems: ['AUTHGRAPH_PASSWORT_MIN_LENGTH is not a setting'],
    });
    const { NODE_ENV: _unsaid, ...rest } = settingsFor('unused');
    // As JavaScript would call it.
    const unsaid = createAuthgraph({ settings: rest as AuthgraphSettings });
    await expect(unsaid).rejects.toMatchObject({ problems: [expect.stringMatching(/^NODE_ENV /)] });
  });

  it(
    'are all that it reads; stopped, it lets the process end',
    async () => {
      const settings = settingsFor(await newDataDir(), { PORT: '0' });
      const script = `
        import { createAuthgraph } from 'authgraph';
        const authgraph = await createAuthgraph({ settings: ${JSON.stringify(settings)} });
        await authgraph.ready();
        const url = await authgraph.listen();
        const { status } = await fetch(url + '/health/ready');
        await Promise.all([authgraph.stop(), authgraph.stop()]);
        console.log(status);`;
      const env = { PATH: process.env.PATH, AUTHGRAPH_ISSUER: 'none', DATABASE_URL: 'none' };
      const args = ['--input-type=module', '--eval', script];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
      expect(stdout).toBe('200\n');
    },
    PROCESS_TIMEOUT_MS,
  );

  it('that cannot work stop it, and are named', async () => {
    const nowhere = { HOST: '192.0.2.1', DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    const settings = settingsFor('unused', nowhere);
    const authgraph = await createAuthgraph({ settings });
    await expect(authgraph.listen()).rejects.toMatchObject({
      problems: [expect.stringMatching(/^HOST and PORT /)],
    });
    await authgraph.stop();
  });
});

describe('the example of an embedded service', () => {
  it(
    'refuses a sign-up, and puts a claim into the tokens of another, also after a refresh',
    async () => {
      const port = String(await freePort());
      const env = {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        PORT: port,
        AUTHGRAPH_DATA_DIR: await newDataDir(),
      };
      const example = spawn(process.execPath, ['examples/embedded/app.ts'], { cwd: ROOT, env });
      const ended = new Promise((resolve) => example.once('exit', resolve));
      try {
        const url = `http://127.0.0.1:${port}`;
        const jwks = () => fetch(`${url}/.well-known/jwks.json`).catch(() => undefined);
        await until(async () => (await jwks())?.ok === true, 30_000, 'the example is ready');
        const send = graphqlClient(url);
        const input = { email: 'ada@elsewhere.example', password: GOOD_PASSWORD };
        expect((await send(SIGN_UP, { input })).body.data.signUp).toEqual({
          __typename: 'Refused',
          message: 'Your company has no plan with us.',
        });
        const user = await signUpUser(send, 'ada@example.com');
        expect(decodeJwt(user.accessToken)).toMatchObject({ sub: user.id, plan: 'pro' });
        const { body } = await send(REFRESH, { refreshToken: user.refreshToken });
        const { accessToken } = body.data.refreshSession.tokens;
        expect(decodeJwt(accessToken)).toMatchObject({ sub: user.id, plan: 'pro' });
      } finally {
        example.kill('SIGKILL');
        await ended;
      }
    },
    PROCESS_TIMEOUT_MS,
  );

  it('is short, and is the one in the documentation', async () => {
    const example = await readFile(`${ROOT}examples/embedded/app.ts`, 'utf8');
    expect(example.split('\n').length).toBeLessThan(25);
    expect(await readFile(`${ROOT}docs/embedding.md`, 'utf8')).toContain(example);
  });
});

if (!frameworksAreInstalled) {
  process.stderr.write(
    `\n*** The service in Express is NOT tested. Run: ${INSTALL_COMMAND} ***\n\n`,
  );
}

describe.skipIf(!frameworksAreInstalled)('a service in an Express app', () => {
  let url: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const load = createRequire(`${ROOT}test/frameworks/package.json`);
    const express = load('express');
    const { expressMiddleware } = load('@as-integrations/express5');
    const host = express();
    host.use('/auth', first.handler);
    const context = ({ req, res }: Parameters<Authgraph['apolloContext']>[0]) =>
      first.apolloContext({ req, res });
    host.use('/own/graphql', express.json(), expressMiddleware(first.apolloServer, { context }));
    const server = createServer(host).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    close = () => new Promise((resolve) => server.close(() => resolve()));
  });
  afterAll(() => close());

  it.each(['/auth', '/own'])('answers below %s', async (path) => {
    const send = graphqlClient(url + path);
    const user = await signUpUser(send);
    const { body } = await send(ME, {}, bearer(user.accessToken));
    expect(body.data.me).toEqual({ id: user.id, email: user.email });
    expect((await send(ME, {}, bearer('garbage'))).status).toBe(401);
  });

  it('has the rest of its API below the handler', async () => {
    const jwks = await fetch(`${url}/auth/.well-known/jwks.json`);
    expect(await jwks.json()).toMatchObject({ keys: [{ use: 'sig' }] });
    expect((await fetch(`${url}/auth/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  });

  it("refuses through Apollo's middleware what the route refuses, with the same status", async () => {
    const { accessToken } = await signUpUser(graphqlClient(`${url}/own`));
    const cookie = `__Host-authgraph-at=${accessToken}`;
    const headers = { cookie, origin: 'https://evil.example.com' };
    const { status, body } = await graphqlClient(`${url}/own`)(ME, {}, headers);
    expect(status).toBe(403);
    expect(body.errors[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
      message: expect.not.stringContaining('Context'),
    });
    const twice = await graphqlClient(`${url}/own`)(ME, {}, { cookie: `${cookie}; ${cookie}` });
    expect(twice.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});
