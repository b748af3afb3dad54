import { addSeconds } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { deleteOverAfter, FIRST_SESSION } from './ended-session.store.js';

/** How many rows a step looks at; it deletes those of them that are over. */
const STEP = 2_000;

/**
 * Deletes a realm's sessions that expired or were ended at least `olderThanSeconds` before `now`.
 * Walks all of them once, in the order of an index, a short transaction a step: an index on the
 * time of expiry would make every refresh dearer. `onProgress` hears the running total, and may end
 * it by returning false. Resolves to how many.
 */
export async function cleanupSessions(
  sql: SqlExecutor,
  realm: Realm,
  { now, olderThanSeconds }: { readonly now: Date; readonly olderThanSeconds: number },
  onProgress: (deleted: number) => boolean,
): Promise<number> {
  const before = addSeconds(now, -olderThanSeconds);
  let total = 0;
  for (let place = FIRST_SESSION; ; ) {
    const { deleted, last, looked } = await deleteOverAfter(sql, realm, before, place, STEP);
    total += deleted;
    if (last === undefined || looked < STEP || !onProgress(total)) return total;
    place = last;
  }
}
