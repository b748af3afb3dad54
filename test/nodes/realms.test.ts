import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh, signInAgain } from '../harness/accounts.js';
import {
  bearer,
  graphqlClient,
  ME,
  SIGN_OUT,
  signUpUser,
  type TestUser,
} from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import {
  runBesideNodes,
  type ServiceProcess,
  type Settings,
  startNode,
} from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const A_SECOND = 1_000;
const EMAIL = 'alice@users.example.com';

describeOnSharedServers('realms on two nodes', (open) => {
  let servers: SharedServers;
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  describe.each([
    { bus: 'Redis', withRedis: true },
    { bus: 'LISTEN/NOTIFY', withRedis: false },
  ])('that talk over $bus', ({ withRedis }) => {
    let database: TestDatabase;
    let settings: Settings;
    let a: ServiceProcess;
    let b: ServiceProcess;
    const inRealm = ({ url }: ServiceProcess, realm: string) =>
      graphqlClient(`${url}/realms/${realm}`);
    const authgraph = async (line: string) => {
      const { code, output } = await runBesideNodes(line.split(' '), settings);
      expect({ code, output }).toMatchObject({ code: 0 });
    };

    beforeAll(async () => {
      database = await createTestDatabase(servers.databaseUrl);
      settings = clusterSettings(database.url, withRedis ? servers.redisUrl : undefined);
      [a, b] = await Promise.all([startNode(settings), startNode(settings)]);
    });
    afterAll(async () => {
      await Promise.all([a, b].map((node) => node[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    });

    it('answer for a realm as soon as it is made, although they were asked for it before', async () => {
      expect((await inRealm(a, 'acme')(ME)).status).toBe(404);
      await authgraph('realms create acme');
      for (const node of [a, b]) {
        await until(
          async () => (await inRealm(node, 'acme')(ME)).status === 200,
          A_SECOND,
          'the node knows the realm',
        );
      }
    });

    it('have one address in two realms, whose tokens each takes only for its own', async () => {
      const ours = await signUpUser(a.send, EMAIL);
      const theirs = await signUpUser(inRealm(b, 'acme'), EMAIL);
      expect(theirs.id).not.toBe(ours.id);
      await expectOnly(inRealm(a, 'acme'), b.send, theirs);
      await expectOnly(b.send, inRealm(a, 'acme'), ours);
    });

    it('make one first key for a realm that both are asked for at the same moment', async () => {
      await authgraph('realms create busy');
      const answers = await Promise.all([a, b, a, b].map((node) => publishedKids(node, 'busy')));
      expect(new Set(answers.map((kids) => kids.join())).size).toBe(1);
      expect(answers[0]).toHaveLength(1);
    });

    it('rotate the keys of one realm and leave those of the other alone', async () => {
      const before = await publishedKids(a, 'busy');
      const others = await publishedKids(a, 'acme');
      await authgraph('keys rotate --realm busy');
      for (const node of [a, b]) {
        await until(
          async () => (await publishedKids(node, 'busy')).length === before.length + 1,
          A_SECOND,
          'the node publishes the new key',
        );
        expect(await publishedKids(node, 'acme')).toEqual(others);
      }
    });

    it('follow a setting within a second', async () => {
      await authgraph('realms set acme accessTokenTtl=42s');
      for (const node of [a, b]) {
        const send = inRealm(node, 'acme');
        const user = await signUpUser(send);
        await until(
          async () => lifetimeOf((await signInAgain(send, user)).accessToken) === 42,
          A_SECOND,
          'new tokens live as long as the setting says',
        );
        expect(lifetimeOf((await signUpUser(node.send)).accessToken)).toBe(600);
      }
    });

    it('refuse the tokens of a realm within a second of its deletion', async () => {
      const user = await signUpUser(inRealm(a, 'acme'));
      for (const node of [a, b]) {
        expect((await inRealm(node, 'acme')(ME, {}, bearer(user.accessToken))).status).toBe(200);
      }
      await authgraph('realms delete acme --yes');
      for (const node of [a, b]) {
        await until(
          async () =>
            (await inRealm(node, 'acme')(ME, {}, bearer(user.accessToken))).status === 404,
          A_SECOND,
          'the node knows the realm no more',
        );
      }
      expect(await database.sql("select id from users where realm_id = 'acme'")).toEqual([]);
    });
  });
});

type Send = ServiceProcess['send'];

async function expectOnly(home: Send, foreign: Send, user: TestUser): Promise<void> {
  const headers = bearer(user.accessToken);
  expect((await home(ME, {}, headers)).body.data.me.id).toBe(user.id);
  expect((await foreign(ME, {}, headers)).status).toBe(401);
  expect((await foreign(SIGN_OUT, {}, headers)).body.data.signOut.endedSessions).toBe(0);
  expect(await refresh(foreign, user.refreshToken)).toMatchObject({ reason: 'MALFORMED' });
  expect(await refresh(home, user.refreshToken)).toMatchObject({ __typename: 'SessionRefreshed' });
}

async function publishedKids({ url }: ServiceProcess, realm: string): Promise<string[]> {
  const response = await fetch(`${url}/realms/${realm}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] }; // RFC 7517
  return keys.map(({ kid }) => kid).toSorted();
}

function lifetimeOf(token: string): number {
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return exp - iat;
}
