import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { storageOf } from '../../src/app/storage.js';
import { type Database, openDatabase } from '../../src/platform/database/database.js';
import { applyMigrations } from '../../src/platform/database/migrations.js';

const SILENT = pino({ level: 'silent' });

/** A database of the test's own on a PostgreSQL server; dropped in the end. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  /** `?` stands for a parameter. */
  readonly sql: <Row = Record<string, unknown>>(
    query: string,
    parameters?: unknown[],
  ) => Promise<Row[]>;
}

export async function createTestDatabase(
  serverUrl: string,
  { migrated = true } = {},
): Promise<TestDatabase> {
  const name = `authgraph_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const database = await open(url);
  if (migrated) await applyMigrations(database);
  return {
    url,
    database,
    sql: (query, parameters = []) => database.em().execute(query, parameters),
    async [Symbol.asyncDispose]() {
      await database.close();
      await onServer(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

export async function onServer(serverUrl: string, statement: string): Promise<void> {
  await using server = await open(serverUrl);
  await server.em().execute(statement);
}

function open(url: string): Promise<Database> {
  return openDatabase({ storage: storageOf(), url, dataDir: '', poolSize: 4 }, SILENT);
}
