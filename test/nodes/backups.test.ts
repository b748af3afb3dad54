import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bearer, ME, REFRESH, signUpUser } from '../harness/graphql-client.js';
import { clusterSettings, describeOnSharedServers } from '../harness/real-servers.js';
import { findPrograms } from '../harness/servers.js';
import { startService } from '../harness/service.js';
import { createTestDatabase, onServer } from '../harness/test-database.js';
import { codeOf } from '../package/code-blocks.js';

const COMMANDS = codeOf('docs/operations.md', 'sh', 'Backups');
const programs = findPrograms('postgres');

describeOnSharedServers('a backup as docs/operations.md makes it', (open) => {
  it.skipIf(programs === undefined)(
    'is a database that a node goes on with: users, sessions and keys',
    async () => {
      await using servers = await open();
      await using database = await createTestDatabase(servers.databaseUrl);
      const settings = clusterSettings(database.url);
      const service = await startService({ env: settings });
      const user = await signUpUser(service.send);
      await service[Symbol.asyncDispose]();

      const folder = await mkdtemp(join(tmpdir(), 'authgraph-backup-'));
      const restored = `authgraph_restored_${process.pid}`;
      const restoredUrl = new URL(`/${restored}`, servers.databaseUrl).href;
      const PATH = [programs?.path(''), process.env.PATH].join(delimiter);
      const addresses = {
        DATABASE_URL: database.url,
        SERVER_URL: servers.databaseUrl,
        RESTORED_URL: restoredUrl,
      };
      const script = `set -e\n${COMMANDS.replace('authgraph_restored', restored)}`;
      try {
        await promisify(execFile)('bash', ['-c', script], {
          cwd: folder,
          env: { PATH, ...addresses },
        });
        await using again = await startService({ env: { ...settings, DATABASE_URL: restoredUrl } });
        const { body } = await again.send(ME, {}, bearer(user.accessToken));
        expect(body.data.me).toMatchObject({ id: user.id });
        const renewed = await again.send(REFRESH, { refreshToken: user.refreshToken });
        expect(renewed.body.data.refreshSession.__typename).toBe('SessionRefreshed');
      } finally {
        await rm(folder, { recursive: true, force: true });
        await onServer(servers.databaseUrl, `drop database if exists ${restored} with (force)`);
      }
    },
    90_000,
  );
});
