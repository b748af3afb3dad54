import { addSeconds } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { deleteSessionsOverBefore } from './ended-session.store.js';

const BATCH = 1_000;

/**
 * Deletes a realm's sessions that expired or were ended at least `olderThanSeconds` before `now`,
 * in small transactions; `onProgress` hears the running total. Resolves to how many.
 */
export async function cleanupSessions(
  sql: SqlExecutor,
  realm: Realm,
  { now, olderThanSeconds }: { readonly now: Date; readonly olderThanSeconds: number },
  onProgress: (deleted: number) => void,
): Promise<number> {
  const before = addSeconds(now, -olderThanSeconds);
  let total = 0;
  for (;;) {
    const deleted = await deleteSessionsOverBefore(sql, realm, before, BATCH);
    total += deleted;
    if (deleted > 0) onProgress(total);
    if (deleted < BATCH) return total;
  }
}
