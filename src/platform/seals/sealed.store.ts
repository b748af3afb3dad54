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
  sealed: SealedColumn,
  after: readonly string[] | undefined,
  most: number,
): Promise<SealedBox[]> {
  const { table, key } = sealed;
  const box = boxOf(sealed);
  const texts = key.map((name) => `${name}::text`).join(', ');
  const behind = `array[${texts}] > $1::text[]`;
  const statement = `select array[${texts}] as key, ${box} as box from ${table}
    where ${box} is not null and ($1::text[] is null or ${behind})
    order by array[${texts}] limit $2`;
  return sql.query<Row>(statement, [after ?? null, most]);
}

/** False when the row holds something else meanwhile, or is gone. */
export async function replaceBox(
  sql: SqlExecutor,
  sealed: SealedColumn,
  { key: values, box }: SealedBox,
  sealedAgain: Uint8Array,
): Promise<boolean> {
  const { table, column, key } = sealed;
  const isIt = key.map((name, index) => `${name}::text = $${index + 3}`).join(' and ');
  const statement = `update ${table} set ${column} = ${contentOf(sealed, '$1::bytea')}
    where ${boxOf(sealed)} = $2 and ${isIt} returning 1`;
  return (await sql.query(statement, [sealedAgain, box, ...values])).length > 0;
}

function boxOf({ column, member }: SealedColumn): string {
  return member === undefined ? column : `decode(${column}->>'${member}', 'base64')`;
}

function contentOf({ column, member }: SealedColumn, box: string): string {
  if (member === undefined) return box;
  const text = `replace(encode(${box}, 'base64'), E'\\n', '')`;
  return `jsonb_set(${column}, '{${member}}', to_jsonb(${text}))`;
}
