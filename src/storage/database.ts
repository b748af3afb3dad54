import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Migrator } from '@mikro-orm/migrations';
import type { EntityManager, SqlMikroORM } from '@mikro-orm/sql';
import { CompiledQuery } from 'kysely';
import type { Pool } from 'pg';
import { migrations } from '../../migrations/index.js';
import type { Log } from '../kernel/log.js';
import { lockDataDir } from './data-dir-lock.js';
import { PasswordCredential } from './password-credential.entity.js';
import { Realm } from './realm.entity.js';
import { Session } from './session.entity.js';
import { SigningKey } from './signing-key.entity.js';
import { User } from './user.entity.js';

export interface DatabaseOptions {
  /** A PostgreSQL URL; without it the database is embedded in `dataDir`. */
  readonly url?: string | undefined;
  readonly dataDir: string;
  /** The most connections this process opens. One when embedded. */
  readonly poolSize: number;
  /** Fails a statement that takes longer; none for migrations. Milliseconds. */
  readonly statementTimeoutMs?: number | undefined;
}

/** The open database of this process. */
export interface Database extends AsyncDisposable {
  readonly embedded: boolean;
  /** A fresh unit of work. Make one for each flow. */
  em(): EntityManager;
  /**
   * Runs one statement on its own, outside every unit of work. `$1` stands for the first parameter. PostgreSQL parses and plans it once
   * a connection, so its text must be one of a few; the unit of work writes parameters into the text instead.
   */
  query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  migrator(): Migrator;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_500;
/** How long closing waits for statements that run. Longer than the service's own statements may take. */
const IDLE_TIMEOUT_MS = 5_000;

/** Opens lazily: a PostgreSQL server that is down is noticed by the first query, not here. */
export async function openDatabase(options: DatabaseOptions, log: Log): Promise<Database> {
  const unlock = options.url === undefined ? takeDataDir(options.dataDir) : () => {};
  let pool: Pool | undefined;
  const orm = await createOrm(options, log, (created) => {
    pool = created;
  });
  const close = async () => {
    if (pool !== undefined) await untilIdle(pool);
    await orm.close(true);
    unlock();
  };
  return {
    embedded: options.url === undefined,
    em: () => orm.em.fork(),
    query: async <Row>(sql: string, parameters: readonly unknown[]) => {
      const client = orm.em.getConnection().getClient(); // makes the pool, unless something has before
      const answer = pool?.query({ name: statementName(sql), text: sql, values: [...parameters] });
      const { rows } = await (answer ?? client.executeQuery(CompiledQuery.raw(sql, [...parameters])));
      return rows as Row[]; // what the statement returns is known only to its caller
    },
    migrator: () => new Migrator(orm.em),
    ping: async () => {
      await orm.em.fork().execute('select 1');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function takeDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return lockDataDir(dataDir);
}

/** What a connection knows a prepared statement by: at most 63 bytes. */
function statementName(sql: string): string {
  let name = STATEMENT_NAMES.get(sql);
  if (name === undefined) {
    name = `authgraph_${STATEMENT_NAMES.size}`;
    STATEMENT_NAMES.set(sql, name);
  }
  return name;
}

const STATEMENT_NAMES = new Map<string, string>();

/** Kysely loses a connection that is still being opened when it is told to close, and then waits for it for ever. */
async function untilIdle(pool: Pool): Promise<void> {
  const isBusy = () => pool.waitingCount > 0 || pool.totalCount > pool.idleCount;
  for (const until = performance.now() + IDLE_TIMEOUT_MS; isBusy() && performance.now() < until; ) await sleep(10);
}

async function createOrm(options: DatabaseOptions, log: Log, onPoolCreated: (pool: Pool) => void): Promise<SqlMikroORM> {
  const shared = {
    entities: [Realm, User, PasswordCredential, Session, SigningKey],
    // Silent: it would report each step as a warning. Whoever applies migrations says so.
    migrations: { migrationsList: migrations, tableName: 'authgraph_migrations', snapshot: false, silent: true },
    logger: (message: string) => log.warn({}, message),
    colors: false,
  };
  if (options.url === undefined) {
    // Loaded on demand: a service on PostgreSQL never pays for the embedded one.
    const { MikroORM } = await import('@mikro-orm/pglite');
    const { embeddedDialect } = await import('./embedded-dialect.js');
    const dataDir = join(options.dataDir, 'postgres');
    return new MikroORM({ ...shared, dbName: dataDir, driverOptions: embeddedDialect(dataDir) });
  }
  const { MikroORM } = await import('@mikro-orm/postgresql');
  return new MikroORM({
    ...shared,
    clientUrl: options.url,
    pool: { min: 0, max: options.poolSize },
    driverOptions: {
      onPoolCreated,
      application_name: 'authgraph',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(options.statementTimeoutMs === undefined
        ? {}
        : { query_timeout: options.statementTimeoutMs, statement_timeout: options.statementTimeoutMs }),
    },
  });
}
