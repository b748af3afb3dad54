import type { Secrets } from '../../kernel/secrets.js';
import type { SqlExecutor } from '../database/database.js';
import { replaceBox, sealedBoxes } from './sealed.store.js';
import type { SealedColumn } from './sealed-column.js';

const PAGE = 200;

export interface Resealed {
  /** How many boxes the newest secret seals now that another one did before. */
  readonly moved: number;
  /** How many it sealed already. */
  readonly current: number;
  /** Rows whose box no secret opens, by their keys. */
  readonly unreadable: readonly string[];
}

/**
 * Seals what is stored in a column with the newest of the secrets, so that the others can go. What
 * changes meanwhile is left to whoever changes it: nodes seal with the newest, too.
 */
export async function reseal(
  sql: SqlExecutor,
  secrets: Secrets,
  column: SealedColumn,
): Promise<Resealed> {
  const seal = secrets.seal(column.purpose);
  let [moved, current] = [0, 0];
  const unreadable: string[] = [];
  for (let after: readonly string[] | undefined; ; ) {
    const boxes = await sealedBoxes(sql, column, after, PAGE);
    for (const stored of boxes) {
      const context = column.context(stored.key);
      const text = opened(() => seal.open(stored.box, context));
      if (text === undefined) unreadable.push(stored.key.join(' '));
      else if (!seal.isOutdated(stored.box, context)) current += 1;
      else if (await replaceBox(sql, column, stored, seal.seal(text, context))) moved += 1;
    }
    after = boxes.at(-1)?.key;
    if (boxes.length < PAGE) return { moved, current, unreadable };
  }
}

function opened(open: () => string): string | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}
