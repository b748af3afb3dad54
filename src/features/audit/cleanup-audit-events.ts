import { addSeconds } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { deleteAuditEventsBefore } from './audit-event.store.js';
import { AUDIT_SETTINGS } from './audit-settings.js';

const BATCH = 2_000;

/**
 * Deletes what a realm keeps no longer, in small steps; `onProgress` hears the running total, and
 * may end it by returning false. Resolves to how many.
 */
export async function cleanupAuditEvents(
  sql: SqlExecutor,
  realm: Realm,
  now: Date,
  onProgress: (deleted: number) => boolean,
): Promise<number> {
  const before = addSeconds(now, -AUDIT_SETTINGS.of(realm).auditRetention);
  let total = 0;
  for (;;) {
    const deleted = await deleteAuditEventsBefore(sql, realm, before, BATCH);
    total += deleted;
    if (deleted < BATCH || !onProgress(total)) return total;
  }
}
