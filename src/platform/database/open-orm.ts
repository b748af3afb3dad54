import { join } from 'node:path';
import type { SqlMikroORM } from '@mikro-orm/sql';
import type { Pool } from 'pg';
import type { Log } from '../../kernel/log.js';
import type { DatabaseOptions } from './database-options.js';
import type { PostgresConnections } from './postgres-connections.js';

/** Lists the migrations that were applied. */
export const MIGRATIONS_TABLE = 'authgraph_migrations';
/**
 * With the time for a statement this stays under the five seconds in which a request has its
 * answer.
 */
const CONNECT_TIMEOUT_MS = 2_000;

/** PostgreSQL sets 128 MB aside, which is filled with zeros at each start and never used here. */
const LESS_MEMORY = ['-c', 'shared_buffers=16MB'];
/** Of the log of writes, in MB, for a new data directory: most of 16 would never be written to. */
const SMALL_SEGMENTS = ['--wal-segsize=1'];

export async function createOrm(
  options: DatabaseOptions,
  log: Log,
  connections: PostgresConnections,
  onPoolCreated: (pool: Pool) => void,
): Promise<SqlMikroORM> {
  const shared = {
    entities: [...options.storage.entities],
    // Silent: it would report each step as a warning. Whoever applies migrations says so.
    migrations: {
      migrationsList: [...options.storage.migrations],
      tableName: MIGRATIONS_TABLE,
      snapshot: false,
      silent: true,
    },
    logger: (message: string) => log.warn({}, message),
    colors: false,
    schemaGenerator: { ignoreSchema: ['authgraph_jobs'] }, // it is pg-boss's
  };
  if (options.url === undefined) {
    // Loaded on demand: a service on PostgreSQL never pays for the embedded one.
    const { MikroORM } = await import('@mikro-orm/pglite');
    const { PGlite } = await import('@electric-sql/pglite');
    return new MikroORM({
      ...shared,
      dbName: join(options.dataDir, 'postgres'),
      driverOptions: {
        startParams: [...PGlite.defaultStartParams, ...LESS_MEMORY],
        initDbStartParams: SMALL_SEGMENTS,
      },
    });
  }
  const { MikroORM } = await import('@mikro-orm/postgresql');
  return new MikroORM({
    ...shared,
    clientUrl: options.url,
    ensureDatabase: false, // a misspelt name would make one
    pool: { min: 0, max: options.poolSize },
    driverOptions: {
      onPoolCreated,
      application_name: 'authgraph',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      stream: connections.open,
      ...(options.statementTimeoutMs === undefined
        ? {}
        : { statement_timeout: options.statementTimeoutMs }),
    },
  });
}
