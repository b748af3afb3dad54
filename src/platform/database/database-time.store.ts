import type { SqlExecutor } from './database.js';

const NOW = 'select extract(epoch from clock_timestamp())::float8 as seconds';

/** What time it is by the database, in milliseconds since the epoch. */
export async function databaseTime(sql: SqlExecutor): Promise<number> {
  const [row] = await sql.query<{ seconds: number }>(NOW);
  if (row === undefined) throw new Error('the database does not say what time it is');
  return Number(row.seconds) * 1000;
}
