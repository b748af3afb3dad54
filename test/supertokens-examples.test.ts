import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutate, signInWithRoles } from './harness/administrator.js';
import {
  buildExamples,
  EXAMPLES,
  isInstalled,
  type RunningExample,
  startExample,
} from './harness/example-apps.js';
import { type ExampleClient, exampleClient, someEmail } from './harness/example-client.js';
import { bearer, type TestUser } from './harness/graphql-client.js';
import { freePort } from './harness/servers.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';

const API_KEY = 'test-key-of-the-examples-1234567890';
const OTHER_KEY = 'another-key-of-the-examples-123456';
/** Compiling, and starting all of them at once beside the other tests. */
const SETUP_TIMEOUT_MS = 300_000;

const installed = Object.entries(EXAMPLES).filter(([folder, group]) => {
  if (isInstalled(folder, group)) return true;
  const { language, install } = group;
  process.stderr.write(
    `\n*** SKIPPED: examples/supertokens/${folder}. Install: ${install} ***\n\n`,
  );
  it.skip(`the examples in ${language} (install them with: ${install})`, () => {});
  return false;
});
const examples = installed.flatMap(([folder, group]) =>
  Object.entries(group.examples).map(([name, command]) => ({ name, folder, command })),
);
const oneOfEachSdk = [...new Map(examples.map((each) => [each.folder, each])).values()];

describe.skipIf(examples.length === 0)("the examples of SuperTokens' frameworks", () => {
  const running = new Map<string, Promise<RunningExample>>();
  let dataDir: string;
  let port: string;
  let service: TestService;
  let administrator: TestUser;

  const startCore = async (keys: string) => {
    service = await startService({
      dataDir,
      env: {
        AUTHGRAPH_SUPERTOKENS: 'true',
        AUTHGRAPH_SUPERTOKENS_PORT: port,
        AUTHGRAPH_SUPERTOKENS_API_KEYS: keys,
      },
    });
  };
  const settingsWith = (key: string) => ({
    CORE_URI: `http://127.0.0.1:${port}`,
    CORE_API_KEY: key,
    ANTI_CSRF: 'VIA_TOKEN',
  });
  const clientOf = async (name: string) => {
    const example = await running.get(name);
    if (example === undefined) throw new Error(`${name} was not started`);
    return exampleClient(example.url);
  };

  beforeAll(async () => {
    dataDir = await copyTemplate();
    port = String(await freePort());
    await startCore(API_KEY);
    administrator = await signInWithRoles(service, someEmail(), ['admin']);
    for (const [folder, group] of installed) {
      const built = buildExamples(folder, group);
      for (const [name, command] of Object.entries(group.examples)) {
        running.set(
          name,
          built.then(() => startExample(folder, command, settingsWith(API_KEY))),
        );
      }
    }
    // One that does not start fails its own tests only.
    await Promise.allSettled(running.values());
  }, SETUP_TIMEOUT_MS);
  afterAll(async () => {
    for (const started of await Promise.allSettled(running.values()))
      if (started.status === 'fulfilled') await started.value[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(examples)('$name', ({ name }) => {
    let app: ExampleClient;
    beforeAll(async () => {
      app = await clientOf(name);
    });

    it('signs up and in, and lets only a session in', async () => {
      const email = someEmail();
      const { body, tokens } = await app.signUp(email);
      expect(body).toMatchObject({ status: 'OK', user: { id: expect.any(String) } });
      expect((await app.me(tokens)).body).toMatchObject({ userId: body.user.id, roles: [] });
      expect((await app.send('GET', '/me')).status).toBe(401);
      expect((await app.me({ ...tokens, access: `${tokens.access}x` })).status).toBe(401);
      expect((await app.signIn(email, 'wrong-password-1')).body.status).toBe(
        'WRONG_CREDENTIALS_ERROR',
      );
      expect((await app.signIn(email)).body).toMatchObject({
        status: 'OK',
        user: { id: body.user.id },
      });
      expect((await app.signUp(email)).body.status).toBe('FIELD_ERROR');
    });

    it('refreshes, and sees theft in a token that is spent', async () => {
      const { tokens: first } = await app.signUp();
      const { status, tokens: second } = await app.refresh(first);
      expect(status).toBe(200);
      expect((await app.me(second)).status).toBe(200); // its first use spends the first one
      expect((await app.refresh(first)).status).toBe(401);
      expect((await app.checked(second)).status).toBe(401);
    });

    it('reads roles and metadata from the session', async () => {
      const { tokens } = await app.signUp();
      const changed = await app.send('POST', '/editor', bearer(tokens.access));
      expect(changed.body).toEqual({ done: true });
      const shown = await app.me(changed.tokens);
      expect(shown.body).toMatchObject({ roles: ['editor'], metadata: { plan: 'pro' } });
    });

    it('ends all sessions of a user, and signs out', async () => {
      const email = someEmail();
      const { tokens: here } = await app.signUp(email);
      const { tokens: there } = await app.signIn(email);
      const ended = await app.send('POST', '/sign-out-everywhere', bearer(there.access));
      expect(ended.body).toEqual({ ended: 2 });
      expect((await app.checked(here)).status).toBe(401);
      expect((await app.refresh(here)).status).toBe(401);
      const { tokens } = await app.signIn(email);
      const out = await app.send('POST', '/auth/signout', bearer(tokens.access));
      expect(out.body).toEqual({ status: 'OK' });
      expect((await app.refresh(tokens)).status).toBe(401);
    });

    it('follows an administrator who ends sessions in the graph', async () => {
      const { body, tokens } = await app.signUp();
      const { send } = service;
      expect((await app.checked(tokens)).status).toBe(200);
      const ended = `revokeUserSessions(userId: "${body.user.id}") { endedSessions }`;
      expect(await mutate(send, ended, administrator)).toEqual({ endedSessions: 1 });
      expect((await app.checked(tokens)).status).toBe(401);
      expect((await app.refresh(tokens)).status).toBe(401);
    });

    it('asks for the anti-CSRF token beside cookies', async () => {
      const { cookie, antiCsrf } = await app.signUp(undefined, 'cookie');
      expect((await app.send('POST', '/editor', { cookie })).status).toBe(401);
      const wrong = { cookie, 'anti-csrf': someEmail() };
      expect((await app.send('POST', '/editor', wrong)).status).toBe(401);
      const headers = { cookie, 'anti-csrf': antiCsrf };
      expect((await app.send('POST', '/editor', headers)).status).toBe(200);
    });
  });

  it.each(oneOfEachSdk)('$name gets nowhere with a wrong key', async ({ folder, command }) => {
    await using stranger = await startExample(folder, command, settingsWith(OTHER_KEY));
    expect((await exampleClient(stranger.url).signUp()).status).toBe(500);
  });

  describe('while the core is away, has other keys, and is back', () => {
    const statuses = new Map<string, number[]>();
    beforeAll(async () => {
      const sessions = await Promise.all(
        examples.map(async ({ name }) => {
          const app = await clientOf(name).catch(() => undefined);
          return { name, app, tokens: (await app?.signUp())?.tokens };
        }),
      );
      const refreshAll = async () => {
        for (const { name, app, tokens } of sessions) {
          if (app === undefined || tokens === undefined) continue;
          const { status } = await app.refresh(tokens);
          statuses.set(name, [...(statuses.get(name) ?? []), status]);
        }
      };
      await service[Symbol.asyncDispose]();
      await refreshAll();
      await startCore(OTHER_KEY);
      await refreshAll();
      await service[Symbol.asyncDispose]();
      await startCore(API_KEY);
      await refreshAll();
    }, SETUP_TIMEOUT_MS);

    it.each(examples)('$name fails twice, and then goes on', ({ name }) => {
      expect(statuses.get(name)).toEqual([500, 500, 200]);
    });
  });
});
