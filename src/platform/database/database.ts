import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Migrator } from '@mikro-orm/migrations';
import type { PgliteConnection } from '@mikro-orm/pglite';
import type { EntityManager } from '@mikro-orm/sql';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';
import type { Pool } from 'pg';
import type { Log } from '../../kernel/log.js';
import { lockDataDir } from './data-dir-lock.js';
import type { DatabaseOptions } from './database-options.js';
import { createOrm } from './open-orm.js';
import { PostgresConnections } from './postgres-connections.js';

/**
 * Runs single statements: the database outside every transaction, or a transaction. `$1` stands
 * for the first parameter. PostgreSQL parses and plans a statement once a connection, so its text
 * must be one of a few. Statements stand in `*.store.ts` only.
 */
export interface SqlExecutor {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /**
   * Does this once the transaction is committed, before its `transaction()` resolves; at once
   * outside of one. For what must not be told unless it is true.
   */
  afterCommit(work: AfterCommit): Promise<void>;
}

export type AfterCommit = () => void | Promise<void>;

/** One transaction: its statements, and MikroORM's unit of work in it. */
export interface Transaction extends SqlExecutor {
  readonly em: EntityManager;
}

/** PGlite, as MikroORM opened it. */
export type EmbeddedServer = Awaited<ReturnType<PgliteConnection['getNativeClient']>>;

/** The open database of this process. */
export interface Database extends SqlExecutor, AsyncDisposable {
  readonly embedded: boolean;
  /** The embedded server itself, for a library with SQL of its own. Rejects on PostgreSQL. */
  embeddedServer(): Promise<EmbeddedServer>;
  /** A fresh unit of work. Make one for each flow. */
  em(): EntityManager;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  migrator(): Migrator;
  /** How many there are of this process, and how many flows wait for one. */
  connections(): { readonly open: number; readonly idle: number; readonly waiting: number };
  /** By name. */
  readonly knownMigrations: ReadonlySet<string>;
  /**
   * The same database for statements that may take as long as they need, migrations for example.
   * The caller closes it.
   */
  withoutTimeLimit(): Promise<Database>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * How much longer than the server's own limit a statement may take before the server counts as
 * gone.
 */
const ANSWER_MARGIN_MS = 500;
/**
 * How long closing waits for statements that run. Longer than the service's own statements may
 * take.
 */
const IDLE_TIMEOUT_MS = 5_000;
/** How long closing waits for a server that may have stopped answering. */
const GOODBYE_MS = 1_000;

/** Opens lazily: a PostgreSQL server that is down is noticed by the first query, not here. */
export async function openDatabase(options: DatabaseOptions, log: Log): Promise<Database> {
  const unlock = options.url === undefined ? takeDataDir(options.dataDir) : () => {};
  const connections = new PostgresConnections(
    options.statementTimeoutMs && options.statementTimeoutMs + ANSWER_MARGIN_MS,
    log,
  );
  let pool: Pool | undefined;
  const orm = await createOrm(options, log, connections, (created) => {
    pool = created;
    connections.adopt(created);
  }).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const others = new Set<Database>();
  const close = async () => {
    for (const other of others) await other.close();
    if (pool !== undefined) await untilIdle(pool);
    const timer = setTimeout(() => connections.cut(), GOODBYE_MS);
    await orm.close(true).finally(() => clearTimeout(timer));
    connections.cut();
    unlock();
  };
  const database: Database = {
    embedded: options.url === undefined,
    embeddedServer: async () => {
      const pglite = await import('@mikro-orm/pglite');
      const connection = orm.em.getConnection();
      if (connection instanceof pglite.PgliteConnection) return connection.getNativeClient();
      throw new Error('the database is not embedded');
    },
    em: () => orm.em.fork(),
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const client = orm.em.getConnection().getClient(); // makes the pool, unless something has
      const values = [...parameters];
      const { rows } = await (pool?.query({ name: statementName(sql), text: sql, values }) ??
        client.executeQuery(CompiledQuery.raw(sql, values)));
      return rows as Row[]; // what the statement returns is known only to its caller
    },
    afterCommit: async (work) => work(),
    transaction: async (work) => {
      const afterwards: AfterCommit[] = [];
      const result = await orm.em.fork().transactional((em) => work(transactionOf(em, afterwards)));
      for (const each of afterwards) await each();
      return result;
    },
    migrator: () => new Migrator(orm.em),
    connections: () => ({
      open: pool?.totalCount ?? 0,
      idle: pool?.idleCount ?? 0,
      waiting: pool?.waitingCount ?? 0,
    }),
    knownMigrations: new Set(options.storage.migrations.map(({ name }) => name)),
    // The embedded one knows no limits, and cannot be opened twice.
    withoutTimeLimit: async () =>
      options.url === undefined
        ? { ...database, [Symbol.asyncDispose]: async () => {} }
        : closedWith(
            others,
            await openDatabase({ ...options, poolSize: 2, statementTimeoutMs: undefined }, log),
          ),
    ping: async () => {
      await orm.em.fork().execute('select 1');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return database;
}

function transactionOf(em: EntityManager, afterwards: AfterCommit[]): Transaction {
  return {
    em,
    afterCommit: async (work) => void afterwards.push(work),
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const context = em.getTransactionContext<KyselyTransaction<unknown>>();
      if (context === undefined) throw new Error('the transaction is over');
      const { rows } = await context.executeQuery(CompiledQuery.raw(sql, [...parameters]));
      return rows as Row[]; // what the statement returns is known only to its caller
    },
  };
}

/** Adds a database to those that another one closes when it is closed itself. */
function closedWith(others: Set<Database>, database: Database): Database {
  others.add(database);
  const close = async () => {
    others.delete(database);
    await database.close();
  };
  return { ...database, close, [Symbol.asyncDispose]: close };
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

/**
 * Kysely (0.29.6) forgets its pool when it is told to close: the query whose connection is opened
 * after that fails on it ("reading 'Client'") without giving the connection back, and closing waits
 * for ever. No issue of theirs is known.
 */
async function untilIdle(pool: Pool): Promise<void> {
  const isBusy = () => pool.waitingCount > 0 || pool.totalCount > pool.idleCount;
  for (const until = performance.now() + IDLE_TIMEOUT_MS; isBusy() && performance.now() < until; )
    await sleep(10);
}
