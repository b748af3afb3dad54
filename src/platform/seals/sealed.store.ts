import type { SqlExecutor } from '../database/database.js';
import type { SealedColumn } from './sealed-column.js';

/** What a row holds sealed, and the values that name the row. */
export interface SealedBox {
  readonly key: readonly string[];
  readonly box: Uint8Array;
}

interface Row {
  readonly key: readonly string[];
  readonly box: Uint8Array;
}

/** In the order of the rows' keys, from behind `after`; empty boxes are left out. */
export async function sealedBoxes(
  sql: SqlExecutor,
  { table, column, key }: SealedColumn,
  after: readonly string[] | undefined,
  most: number,
): Promise<SealedBox[]> {
  const texts = key.map((name) => `${name}::text`).join(', ');
  const behind = `array[${texts}] > $1::text[]`;
  const statement = `select array[${texts}] as key, ${column} as box from ${table}
    where ${column} is not null and ($1::text[] is null or ${behind})
    order by array[${texts}] limit $2`;
  return sql.query<Row>(statement, [after ?? null, most]);
}

/** False when the row holds something else meanwhile, or is gone. */
export async function replaceBox(
  sql: SqlExecutor,
  { table, column, key }: SealedColumn,
  { key: values, box }: SealedBox,
  sealedAgain: Uint8Array,
): Promise<boolean> {
  const isIt = key.map((name, index) => `${name}::text = $${index + 3}`).join(' and ');
  const statement = `update ${table} set ${column} = $1
    where ${column} = $2 and ${isIt} returning 1`;
  return (await sql.query(statement, [sealedAgain, box, ...values])).length > 0;
}
