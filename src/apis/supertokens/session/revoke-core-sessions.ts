import type { EndSessions } from '../../../features/sessions/index.js';
import type { Caller } from '../../../kernel/caller.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { deleteCoreSessions, type SessionHandle } from './core-session.store.js';

/** Ends sessions for the SDKs and the graph alike, in the caller's transaction. */
export async function revokeCoreSessions(
  sql: SqlExecutor,
  realm: Realm,
  ids: readonly string[],
  { endSessions, caller }: { readonly endSessions: EndSessions; readonly caller: Caller },
): Promise<SessionHandle[]> {
  const deleted = await deleteCoreSessions(sql, realm, ids);
  for (const { id, ownerId } of deleted) {
    if (ownerId !== null) await endSessions.run(sql, realm, { id }, 'signed_out', caller);
  }
  return deleted;
}
