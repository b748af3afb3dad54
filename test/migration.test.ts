import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { storageOf } from '../src/app/storage.js';
import { openDatabase } from '../src/platform/database/database.js';
import { applyMigrations, pendingMigrations } from '../src/platform/database/migrations.js';
import { refresh, signInAgain } from './harness/accounts.js';
import { bearer, GOOD_PASSWORD, ME, SIGN_UP, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

/** What the first version stored, and gave its clients, in its own words. */
const ROWS = new URL('first-version/rows.sql', import.meta.url);
const CLIENTS = new URL('first-version/clients.json', import.meta.url);

interface Client {
  readonly userId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}
interface Clients {
  /** A minute later; their access tokens are good for ten. */
  readonly now: string;
  readonly alice: Client;
  /** Another session of hers, with a refresh token that was spent for the one that follows. */
  readonly renewed: Client & { readonly spentRefreshToken: string };
  /** Another one, which she signed out of. */
  readonly ended: Client;
  /** An administrator whose address is verified. */
  readonly bob: Client;
}

describe('a database of the first version, migrated', () => {
  let dataDir: string;
  let service: TestService;
  let clients: Clients;
  beforeAll(async () => {
    clients = JSON.parse(await readFile(CLIENTS, 'utf8')) as Clients;
    dataDir = await mkdtemp(join(tmpdir(), 'authgraph-first-version-'));
    await makeFirstVersion(dataDir);
    const now = new Date(clients.now);
    service = await startService({ dataDir, clock: { now: () => now } });
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('lets its access tokens go on, and shows their users', async () => {
    const { alice } = clients;
    const { body } = await service.send(ME, {}, bearer(alice.accessToken));
    expect(body.data).toEqual({
      me: { id: alice.userId, email: 'Alice@Example.com' },
      session: { id: alice.sessionId },
    });
  });

  it('refuses the access token of a session that had ended', async () => {
    expect((await service.send(ME, {}, bearer(clients.ended.accessToken))).status).toBe(401);
  });

  it('lists the sessions', async () => {
    const { alice, renewed } = clients;
    const query = '{ me { sessions { nodes { id } } } }';
    const { body } = await service.send(query, {}, bearer(alice.accessToken));
    const listed: { id: string }[] = body.data.me.sessions.nodes;
    expect(listed.map(({ id }) => id).toSorted()).toEqual([alice.sessionId, renewed.sessionId]);
  });

  it('refreshes the sessions, and knows a spent token for what it is', async () => {
    const { renewed, alice, ended } = clients;
    expect(await refresh(service.send, alice.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
      session: { id: alice.sessionId },
    });
    expect(await refresh(service.send, ended.refreshToken)).toMatchObject({ reason: 'REVOKED' });
    const spent = await refresh(service.send, renewed.spentRefreshToken);
    expect(spent).toMatchObject({ reason: 'REUSED' });
    const successor = await refresh(service.send, renewed.refreshToken);
    expect(successor).toMatchObject({ reason: 'REVOKED' });
  });

  it('signs users in by their addresses and passwords, under the same ids, with their roles', async () => {
    const { bob } = clients;
    const known = { ...bob, id: bob.userId, email: ' BOB@example.com', password: GOOD_PASSWORD };
    const { accessToken } = await signInAgain(service.send, known);
    const query = '{ me { id email emailVerified roles } }';
    const { body } = await service.send(query, {}, bearer(accessToken));
    expect(body.data.me).toEqual({
      id: bob.userId,
      email: 'bob@example.com',
      emailVerified: true,
      roles: ['admin'],
    });
  });

  it('takes new users, and none with an address that somebody has', async () => {
    await signUpUser(service.send);
    const input = { email: 'alice@example.com', password: GOOD_PASSWORD };
    const { body } = await service.send(SIGN_UP, { input });
    expect(body.data.signUp.__typename).toBe('EmailTaken');
  });

  it('has an identity for each user, known by their password', async () => {
    const { alice, bob } = clients;
    const rows = await service.sql(
      `select i.user_id, i.method, i.subject, i.verified_at is not null as verified, t.tenant_id
        from identities i join identity_tenants t on t.identity_id = i.id
        where i.user_id in (?, ?) order by i.subject`,
      [alice.userId, bob.userId],
    );
    const password = { method: 'password', tenant_id: 'public' };
    expect(rows).toEqual([
      { ...password, user_id: alice.userId, subject: 'alice@example.com', verified: false },
      { ...password, user_id: bob.userId, subject: 'bob@example.com', verified: true },
    ]);
  });
});

/** Leaves a data directory as the first version did. */
async function makeFirstVersion(dataDir: string): Promise<void> {
  const storage = { ...storageOf(), migrations: migrations.slice(0, 1) };
  const log = pino({ level: 'silent' });
  await using database = await openDatabase({ storage, dataDir, poolSize: 1 }, log);
  expect(await applyMigrations(database)).toEqual(['20261121000000-first-schema']);
  for (const statement of (await readFile(ROWS, 'utf8')).trim().split(';\n')) {
    await database.query(statement.replace(/;$/, ''));
  }
  expect(await pendingMigrations(database)).toEqual([]);
}
