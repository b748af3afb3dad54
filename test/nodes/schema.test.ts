import { rm } from 'node:fs/promises';
import { SqlSchemaGenerator } from '@mikro-orm/sql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { storageOf } from '../../src/app/storage.js';
import { type Database, openDatabase } from '../../src/platform/database/database.js';
import {
  appliedMigrations,
  applyMigrations,
  pendingMigrations,
  revertLastMigration,
} from '../../src/platform/database/migrations.js';
import { describeOnSharedServers } from '../harness/real-servers.js';
import { copyTemplate } from '../harness/service.js';
import { createTestDatabase } from '../harness/test-database.js';

type Use = (test: (database: Database) => Promise<void>) => Promise<void>;

describe('the schema of the embedded database', () => {
  schemaTests(async (test) => {
    const dataDir = await copyTemplate();
    try {
      await using database = await openDatabase(
        { storage: storageOf(), dataDir, poolSize: 1 },
        pino({ level: 'silent' }),
      );
      await test(database);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describeOnSharedServers('the schema on PostgreSQL', (open) => {
  schemaTests(async (test) => {
    await using servers = await open();
    await using own = await createTestDatabase(servers.databaseUrl);
    await test(own.database);
  });
});

function schemaTests(withMigratedDatabase: Use): void {
  it('is after the migrations what the entities say', () =>
    withMigratedDatabase(async (database) => {
      expect(await differences(database)).toBe('');
    }));

  it('shows a column that the entities do not know as a difference', () =>
    withMigratedDatabase(async (database) => {
      await database.em().execute('alter table users add column nickname text null');
      expect(await differences(database)).toContain('nickname');
    }));

  it('goes with "migrate down" and comes back with "migrate up"', () =>
    withMigratedDatabase(async (database) => {
      const applied = (await appliedMigrations(database)).map(({ name }) => name);
      for (const name of applied.toReversed())
        expect(await revertLastMigration(database)).toBe(name);
      expect(await tables(database)).toEqual(['authgraph_migrations']);
      expect(await revertLastMigration(database)).toBeUndefined();
      expect(await pendingMigrations(database)).toEqual(applied);

      expect(await applyMigrations(database)).toEqual(applied);
      expect(await applyMigrations(database)).toEqual([]);
      expect(await differences(database)).toBe('');
    }));
}

/** The statements that would bring the database's schema to what the entities say. */
async function differences(database: Database): Promise<string> {
  return (await new SqlSchemaGenerator(database.em()).getUpdateSchemaSQL({ wrap: false })).trim();
}

async function tables(database: Database): Promise<string[]> {
  const rows = await database
    .em()
    .execute<{ name: string }[]>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
  return rows.map(({ name }) => name);
}
