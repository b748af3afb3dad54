import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { endSessions, type SessionsToEnd } from './ended-session.store.js';
import type { EndedSessions } from './ended-sessions.js';
import type { SessionEndReason } from './session.entity.js';
import { SESSION_ENDED } from './session-events.js';

export interface EndSessionsDeps {
  readonly clock: Clock;
  readonly events: Events;
  readonly endedSessions: EndedSessions;
}

/** Ends sessions, everywhere and at once, in the caller's transaction. */
export class EndSessions {
  readonly #deps: EndSessionsDeps;

  constructor(deps: EndSessionsDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves to how many it ended. Their tokens are refused by every node as soon as the
   * transaction is committed.
   */
  async run(
    sql: SqlExecutor,
    realm: Realm,
    which: SessionsToEnd,
    reason: SessionEndReason,
    caller: Caller,
  ): Promise<number> {
    const { clock, events, endedSessions } = this.#deps;
    const ended = await endSessions(sql, realm, which, reason, clock.now());
    const [first] = ended;
    if (first === undefined) return 0;
    await sql.afterCommit(() => endedSessions.announce(realm, ended));
    const sessionIds = ended.map(({ id }) => id);
    const sessionId = ended.length === 1 ? first.id : null;
    const { userId } = first;
    const details = { reason, sessionIds };
    await events.emit(sql, realm, SESSION_ENDED, { caller, userId, sessionId, details });
    return ended.length;
  }
}
