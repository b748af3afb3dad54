import type { Migrator } from '@mikro-orm/migrations';
import type { Database } from './database.js';
import { hasMigrationsTable, lockMigrations } from './migration.store.js';

/** Names of the migrations that the database still lacks, oldest first. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const read = async (migrator: Migrator) => (await migrator.getPending()).map(({ name }) => name);
  // The first to ask makes the table that lists them, and nodes that make it at the same moment
  // trip over each other.
  return (await hasMigrationsTable(database))
    ? read(database.migrator())
    : takingTurns(database, read);
}

/** Names of applied migrations that this version does not know: a newer one made them. */
export async function unknownMigrations(database: Database): Promise<string[]> {
  if (!(await hasMigrationsTable(database))) return [];
  const migrator = database.migrator();
  const executed = await migrator.getExecuted();
  return executed.map(({ name }) => name).filter((name) => !database.knownMigrations.has(name));
}

/** Names of the migrations that were applied, with the time; oldest first. */
export async function appliedMigrations(database: Database): Promise<{ name: string; at: Date }[]> {
  if (!(await hasMigrationsTable(database))) return [];
  const rows = await database.migrator().getExecuted();
  return rows.map((row) => ({ name: row.name, at: row.executed_at }));
}

/**
 * Applies what is pending, all or nothing; nodes that start together take turns. Resolves to the
 * names.
 */
export async function applyMigrations(database: Database): Promise<string[]> {
  if ((await pendingMigrations(database)).length === 0) return [];
  return takingTurns(database, async (migrator, transaction) =>
    (await migrator.up(within(transaction))).map(({ name }) => name),
  );
}

/** Takes back the newest one. Resolves to its name, or undefined when there is none. */
export async function revertLastMigration(database: Database): Promise<string | undefined> {
  return takingTurns(database, async (migrator, transaction) => {
    const [newest] = (await migrator.getExecuted()).slice(-1);
    if (newest === undefined) return undefined;
    await migrator.down({ migrations: [newest.name], ...within(transaction) });
    return newest.name;
  });
}

type Transaction = NonNullable<ReturnType<ReturnType<Database['em']>['getTransactionContext']>>;

/**
 * On a shared server under a lock. The embedded database has one process and one connection, and
 * needs (and stands) none.
 */
async function takingTurns<T>(
  database: Database,
  task: (migrator: Migrator, transaction: Transaction | undefined) => Promise<T>,
): Promise<T> {
  if (database.embedded) return task(database.migrator(), undefined);
  // Building an index, or waiting for the node that does, takes longer than any request may.
  await using unlimited = await database.withoutTimeLimit();
  return await unlimited.transaction(async (transaction) => {
    await lockMigrations(transaction);
    const context = transaction.em.getTransactionContext<Transaction>();
    if (context === undefined) throw new Error('a transaction without a context');
    return task(unlimited.migrator(), context);
  });
}

function within(transaction: Transaction | undefined): { transaction?: Transaction } {
  return transaction === undefined ? {} : { transaction };
}
