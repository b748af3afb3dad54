import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import { type Bus, busMessage } from '../../platform/bus/bus.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { safeReason } from '../../platform/database/database-failure.js';
import { type EndedSession, isSessionAlive, sessionsEndedSince } from './ended-session.store.js';

export interface EndedSessionsDeps {
  readonly sql: SqlExecutor;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

const SESSIONS_ENDED = busMessage(
  'sessions-ended',
  z.object({
    realmId: z.string(),
    sessionIds: z.array(z.string()),
    /** Milliseconds since the epoch: no token of theirs is valid later. */
    forgetAt: z.number(),
  }),
);

/** Makes good what a working bus lost, a message that its sender could not deliver for example. */
const RELOAD_MS = 5_000;
const IDS_A_MESSAGE = 100;
/** How far back a reload looks beyond the last one: open transactions, and clocks that differ. */
const OVERLAP_SECONDS = 30;
/** The longest that an access token may live by any setting. */
const LONGEST_TOKEN_SECONDS = 86_400;
/** A replay within the grace window is given a token that the database does not know of. */
const LONGEST_GRACE_SECONDS = 300;
/** Verifiers allow for clocks that differ. */
const SKEW_SECONDS = 60;

/** A session whose access tokens may still look valid to others, for that many seconds. */
export interface RecentEnd {
  readonly id: string;
  readonly seconds: number;
}

/**
 * The sessions whose access tokens could still be valid although they ended, so that those are
 * refused at once without a query a request. While the bus is down, or before the first load, each
 * question goes to the database instead. One load and one timer for all realms: a realm in which
 * nothing ended costs nothing.
 */
export class EndedSessions implements Disposable {
  readonly #deps: EndedSessionsDeps;
  /** By realm and session: when to forget it. */
  readonly #ended = new Map<string, Map<string, number>>();
  readonly #events = new EventEmitter<Record<string, [readonly RecentEnd[]]>>().setMaxListeners(0);
  #loadedAt: Date | undefined;
  #connection = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: EndedSessionsDeps) {
    this.#deps = deps;
    deps.bus.on(SESSIONS_ENDED, ({ realmId, sessionIds, forgetAt }) =>
      this.#remember(realmId, sessionIds, forgetAt),
    );
    deps.bus.onConnected(() => {
      this.#loadedAt = undefined;
      this.#connection += 1;
      void this.load();
    });
    this.#timer = setInterval(() => void this.load(), RELOAD_MS).unref();
  }

  /** A realm's sessions that ended lately, as far as this node knows. */
  recent(realm: Realm): RecentEnd[] {
    const ended = this.#ended.get(realm.id) ?? new Map<string, number>();
    return [...ended].map(([id, forgetAt]) => this.#recentEnd(id, forgetAt));
  }

  /** Calls back with sessions that this node learns to be ended; returns the way to stop. */
  onEnded(realm: Realm, listener: (ends: readonly RecentEnd[]) => void): () => void {
    this.#events.on(realm.id, listener);
    return () => this.#events.off(realm.id, listener);
  }

  /** True when the session was ended. Rejects when only the database could tell and does not. */
  has(realm: Realm, sessionId: string): boolean | Promise<boolean> {
    if (this.#ended.get(realm.id)?.has(sessionId)) return true;
    if (this.#deps.bus.connected && this.#loadedAt !== undefined) return false;
    return isSessionAlive(this.#deps.sql, realm, sessionId).then((isAlive) => !isAlive);
  }

  /** Call after the sessions' end is committed: refuses them here, and tells the other nodes. */
  async announce(realm: Realm, sessions: readonly EndedSession[]): Promise<void> {
    for (let start = 0; start < sessions.length; start += IDS_A_MESSAGE) {
      const chunk = sessions.slice(start, start + IDS_A_MESSAGE);
      const sessionIds = chunk.map(({ id }) => id);
      const forgetAt = Math.max(...chunk.map(forgottenAt));
      this.#remember(realm.id, sessionIds, forgetAt);
      await this.#deps.bus.publish(SESSIONS_ENDED, { realmId: realm.id, sessionIds, forgetAt });
    }
  }

  /** Reads what ended since the last load; all that still matters after a (re)connection. */
  async load(): Promise<void> {
    const { sql, clock, log } = this.#deps;
    const connection = this.#connection;
    const startedAt = clock.now();
    const longest = LONGEST_TOKEN_SECONDS + LONGEST_GRACE_SECONDS + SKEW_SECONDS;
    const since =
      this.#loadedAt === undefined
        ? addSeconds(startedAt, -longest)
        : addSeconds(this.#loadedAt, -OVERLAP_SECONDS);
    try {
      for (const session of await sessionsEndedSince(sql, since)) {
        const forgetAt = forgottenAt(session);
        if (forgetAt > startedAt.getTime()) this.#remember(session.realmId, [session.id], forgetAt);
      }
      // Else it may have missed what ended between two connections.
      if (connection === this.#connection) this.#loadedAt = startedAt;
    } catch (error) {
      this.#loadedAt = undefined;
      log.debug({ reason: safeReason(error) }, 'Could not load the ended sessions');
    }
    this.#forget(startedAt);
  }

  #remember(realmId: string, sessionIds: readonly string[], forgetAt: number): void {
    const ended = this.#ended.get(realmId) ?? new Map<string, number>();
    const news = sessionIds.filter((id) => !ended.has(id));
    for (const id of sessionIds) ended.set(id, forgetAt);
    this.#ended.set(realmId, ended);
    if (news.length === 0) return;
    const ends = news.map((id) => this.#recentEnd(id, forgetAt));
    this.#events.emit(realmId, ends);
  }

  #recentEnd(id: string, forgetAt: number): RecentEnd {
    const now = this.#deps.clock.now().getTime();
    return { id, seconds: Math.max(0, Math.ceil((forgetAt - now) / 1_000)) };
  }

  #forget(now: Date): void {
    for (const [realmId, ended] of this.#ended) {
      for (const [id, forgetAt] of ended) if (forgetAt <= now.getTime()) ended.delete(id);
      if (ended.size === 0) this.#ended.delete(realmId);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** When no access token of an ended session can be valid any more; milliseconds since the epoch. */
function forgottenAt({ endedAt, accessExpiresAt }: EndedSession): number {
  const expiry = accessExpiresAt ?? addSeconds(endedAt, LONGEST_TOKEN_SECONDS);
  return addSeconds(expiry, LONGEST_GRACE_SECONDS + SKEW_SECONDS).getTime();
}
