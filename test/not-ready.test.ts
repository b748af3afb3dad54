import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
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

it('answers SERVICE_UNAVAILABLE and names AUTHGRAPH_SECRET when the keys were sealed with another one', async () => {
  const dataDir = await copyTemplate();
  try {
    await (await startService({ dataDir }))[Symbol.asyncDispose]();
    await using service = await startService({
      dataDir,
      env: { AUTHGRAPH_SECRET: 'Zk3vQ8wN1tRb6yHs4mLp9cXe2uJf7dGa5oV' },
    });
    await expectUnavailable(service, { database: true, migrations: true, keys: false });
    expect(service.logged()).toContain('AUTHGRAPH_SECRET is not the one it was sealed with');
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

async function migrateByNewerVersion(dataDir: string): Promise<void> {
  await using service = await startService({ dataDir });
  await service.sql(
    "insert into authgraph_migrations (name) values ('29991231000000-of-tomorrow')",
  );
}

async function forgetMigrations(dataDir: string): Promise<void> {
  await using service = await startService({ dataDir });
  await service.sql('delete from authgraph_migrations');
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
