import type { SqlExecutor } from './database.js';
import { MIGRATIONS_TABLE } from './open-orm.js';

const FIND_TABLE = 'select to_regclass($1) is not null as found';

/** Whether the table is there that lists the migrations which were applied. */
export async function hasMigrationsTable(sql: SqlExecutor): Promise<boolean> {
  const [row] = await sql.query<{ found: boolean }>(FIND_TABLE, [MIGRATIONS_TABLE]);
  return row?.found === true;
}

const LOCK = "select pg_advisory_xact_lock(hashtextextended('authgraph:migrations', 0))";

/** Makes every other node that wants to migrate wait until the transaction ends. */
export async function lockMigrations(sql: SqlExecutor): Promise<void> {
  await sql.query(LOCK);
}
