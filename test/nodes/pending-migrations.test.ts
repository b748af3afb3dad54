import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ME, signUpUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import {
  launchNode,
  runBesideNodes,
  type ServiceProcess,
  type Settings,
  startNode,
} from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

describeOnSharedServers('on a database that lacks migrations', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let settings: Settings;
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  beforeEach(async () => {
    database = await createTestDatabase(servers.databaseUrl, { migrated: false });
    settings = clusterSettings(database.url);
  });
  afterEach(() => database[Symbol.asyncDispose]());

  it('serve says so once and is not ready, and gets ready after "authgraph migrate up" without a restart', async () => {
    await using node = await launchNode(settings);
    await until(() => notReady(node).length > 0, 10_000, 'it says what is missing');
    expect(await node.health()).toEqual({
      status: 503,
      checks: { database: true, migrations: false, keys: false },
    });
    const { status, body } = await node.send(ME);
    expect({ status, code: body.errors[0].extensions.code }).toEqual({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(await tables(database)).not.toContain('users');
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // some more attempts
    expect(notReady(node)).toHaveLength(1);
    expect(notReady(node)[0]?.msg).toContain('authgraph migrate up');

    expect(await runBesideNodes(['migrate', 'status'], settings)).toMatchObject({ code: 1 });
    const { code, output } = await runBesideNodes(['migrate', 'up'], settings);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('applied') });
    expect(await node.ready(5_000)).toBeLessThan(5_000);
    await signUpUser(node.send);
    expect(await runBesideNodes(['migrate', 'status'], settings)).toMatchObject({ code: 0 });
  });

  it('nodes that migrate at the same moment take turns: one does it, the others find it done', async () => {
    const runs = await Promise.all(
      [1, 2, 3].map(() => runBesideNodes(['migrate', 'up'], settings)),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs.filter(({ output }) => output.includes('applied 2'))).toHaveLength(1);
    const twice = 'select name from authgraph_migrations group by name having count(*) > 1';
    expect(await database.sql(twice)).toEqual([]);
  });

  it('a node waits for the one that migrates, however long that takes', async () => {
    const longerThanAnyRequest = 6_000;
    const blocked = database.database.em().transactional(async (em) => {
      await em.execute("select pg_advisory_xact_lock(hashtextextended('authgraph:migrations', 0))");
      await new Promise((resolve) => setTimeout(resolve, longerThanAnyRequest));
    });
    const { code } = await runBesideNodes(['migrate', 'up'], settings);
    await blocked;
    expect(code).toBe(0);
  });

  it('a node that waits for another one to migrate still stops when it is told to', async () => {
    let done: () => void = () => {};
    const blocked = database.database.em().transactional(async (em) => {
      await em.execute("select pg_advisory_xact_lock(hashtextextended('authgraph:migrations', 0))");
      await new Promise<void>((resolve) => {
        done = resolve;
      });
    });
    await using node = await launchNode({ ...settings, AUTHGRAPH_AUTO_MIGRATE: 'true' });
    await until(async () => (await node.health()).status === 503, 10_000, 'it listens');
    node.signal('SIGTERM');
    expect(await node.exited()).toBe(0);
    done();
    await blocked;
  });

  it('two nodes that are told to migrate on their own get ready side by side', async () => {
    const autoMigrate = { ...settings, AUTHGRAPH_AUTO_MIGRATE: 'true' };
    const nodes = await Promise.all([startNode(autoMigrate), startNode(autoMigrate)]);
    for (const node of nodes) await signUpUser(node.send);
    expect(await database.sql('select count(*)::int as keys from signing_keys')).toEqual([
      { keys: 1 },
    ]);
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });
});

function notReady(node: ServiceProcess) {
  return node.log().filter(({ msg }) => msg.startsWith('Not ready yet'));
}

async function tables(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  return rows.map(({ name }) => name);
}
