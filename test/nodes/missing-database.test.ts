import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { runBesideNodes } from '../harness/service-process.js';
import { onServer } from '../harness/test-database.js';

const UNAVAILABLE = 69;

describeOnSharedServers('a database that DATABASE_URL misspells', (open) => {
  const name = `authgraph_test_${randomBytes(6).toString('hex')}`;
  let servers: SharedServers;
  let url: string;
  beforeAll(async () => {
    servers = await open();
    url = Object.assign(new URL(servers.databaseUrl), { pathname: `/${name}` }).href;
  });
  afterAll(async () => {
    await onServer(servers.databaseUrl, `drop database if exists ${name} with (force)`);
    await servers[Symbol.asyncDispose]();
  });

  it.each([['migrate up'], ['migrate status'], ['keys list']])(
    'is not made by "%s", which says how it would be',
    async (command) => {
      const { code, output } = await runBesideNodes(command.split(' '), clusterSettings(url));
      expect(code).toBe(UNAVAILABLE);
      expect(output).toContain(`database "${name}" does not exist`);
      expect(output).toContain('migrate up --create-database');
      expect(output.trim().split('\n')).toHaveLength(1); // and nothing of what else is down
      const again = await runBesideNodes(['migrate', 'status'], clusterSettings(url));
      expect(again.code).toBe(UNAVAILABLE);
    },
  );

  it('is made when one asks for it, and used as it is the second time', async () => {
    const make = () => runBesideNodes(['migrate', 'up', '--create-database'], clusterSettings(url));
    expect(await make()).toMatchObject({ code: 0, output: expect.stringContaining('made') });
    const again = await make();
    expect(again.code).toBe(0);
    expect(again.output).not.toContain('made');
  });
});
