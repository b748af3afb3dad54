import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { storageOf } from '../src/app/storage.js';
import { openDatabase } from '../src/platform/database/database.js';
import { ME } from './harness/graphql-client.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';

const STARTING = {
  errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE' } }],
};

it('answers SERVICE_UNAVAILABLE and says what to do while migrations are pending', async () => {
  const dataDir = await copyTemplate();
  try {
    await forgetMigrations(dataDir);
    await using service = await startService({ dataDir, env: { AUTHGRAPH_AUTO_MIGRATE: 'false' } });
    await expectUnavailable(service, { database: true, migrations: false, keys: false });
    expect(service.logged()).toContain('run \\"authgraph migrate up\\"');
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

it('refuses to serve, and says why, on a database that a newer version has migrated', async () => {
  const dataDir = await copyTemplate();
  try {
    await migrateByNewerVersion(dataDir);
    await using service = await startService({ dataDir });
    await expectUnavailable(service, { database: true, migrations: false, keys: false });
    expect(service.logged()).toContain(
      'a newer version has migrated the database (29991231000000-of-tomorrow): run that version',
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

async function migrateByNewerVersion(dataDir: string): Promise<void> {
  await change(
    dataDir,
    "insert into authgraph_migrations (name) values ('29991231000000-of-tomorrow')",
  );
}

async function forgetMigrations(dataDir: string): Promise<void> {
  await change(dataDir, 'delete from authgraph_migrations');
}

async function change(dataDir: string, sql: string): Promise<void> {
  const database = await openDatabase(
    { storage: storageOf(), dataDir, poolSize: 1 },
    pino({ level: 'silent' }),
  );
  await database.em().execute(sql);
  await database.close();
}

async function expectUnavailable(service: TestService, checks: object): Promise<void> {
  const me = await service.send(ME);
  expect({ status: me.status, body: me.body }).toEqual({ status: 503, body: STARTING });
  const ready = await fetch(`${service.url}/health/ready`);
  expect({ status: ready.status, body: await ready.json() }).toEqual({
    status: 503,
    body: { status: 'not ready', checks },
  });
  expect((await fetch(`${service.url}/.well-known/jwks.json`)).status).toBe(503);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
}
