import type { Services } from '../../app/services.js';
import { addSeconds } from '../../kernel/clock.js';
import { deleteSessionsOverBefore } from './session-queries.js';

const BATCH = 1_000;

/**
 * Deletes the sessions that expired or were ended at least `olderThanSeconds` ago, in small transactions;
 * `onProgress` hears the running total. Resolves to how many.
 */
export async function cleanupSessions(
  services: Services,
  olderThanSeconds: number,
  onProgress: (deleted: number) => void,
): Promise<number> {
  const { database, realmId, clock } = services;
  const before = addSeconds(clock.now(), -olderThanSeconds);
  let total = 0;
  for (;;) {
    const deleted = await deleteSessionsOverBefore(database.em(), realmId, before, BATCH);
    total += deleted;
    if (deleted > 0) onProgress(total);
    if (deleted < BATCH) return total;
  }
}
