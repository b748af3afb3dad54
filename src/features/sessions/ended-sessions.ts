import { EventEmitter } from 'node:events';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Bus } from '../../platform/bus/bus.js';
import type { Database } from '../../platform/database/database.js';
import { safeReason } from '../../platform/database/database-failure.js';
import { Session } from './session.entity.js';

export interface EndedSessionsDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly realmId: string;
  /** For how long a token of an ended session could still be valid: access-token lifetime and skew. */
  readonly retentionSeconds: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes good what a working bus lost, a message that its sender could not deliver for example. */
const RELOAD_MS = 5_000;
const IDS_A_MESSAGE = 100;
/** How far back a reload looks beyond the last one: open transactions and clocks that differ between nodes. */
const OVERLAP_SECONDS = 30;

/**
 * The sessions that ended within one access-token lifetime, so that their tokens are refused at once without a query
 * a request. While the bus is down, or before the first load, each question goes to the database instead.
 */
export class EndedSessions implements Disposable {
  readonly #deps: EndedSessionsDeps;
  readonly #forgetAt = new Map<string, number>();
  readonly #events = new EventEmitter<{ ended: [readonly string[]] }>().setMaxListeners(0);
  #loadedAt: Date | undefined;
  #connection = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: EndedSessionsDeps) {
    this.#deps = deps;
    deps.bus.onMessage((message) => {
      if (message.type === 'sessions-ended' && message.realmId === deps.realmId)
        this.#remember(message.sessionIds, deps.clock.now());
    });
    deps.bus.onConnected(() => {
      this.#loadedAt = undefined;
      this.#connection += 1;
      void this.load();
    });
    this.#timer = setInterval(() => void this.load(), RELOAD_MS).unref();
  }

  /** For how long an ended session is remembered, in seconds. */
  get retentionSeconds(): number {
    return this.#deps.retentionSeconds;
  }

  /** The sessions that ended within that time, as far as this node knows. */
  recent(): string[] {
    return [...this.#forgetAt.keys()];
  }

  /** Calls back with the sessions that this node learns to be ended; returns the way to stop. */
  onEnded(listener: (sessionIds: readonly string[]) => void): () => void {
    this.#events.on('ended', listener);
    return () => this.#events.off('ended', listener);
  }

  /** True when the session was ended. Rejects when only the database could tell and it does not answer. */
  has(sessionId: string): boolean | Promise<boolean> {
    if (this.#forgetAt.has(sessionId)) return true;
    return this.#deps.bus.connected && this.#loadedAt !== undefined ? false : this.#ask(sessionId);
  }

  /** Call after the sessions' end is committed: refuses them here, and tells the other nodes. */
  async announce(sessionIds: readonly string[]): Promise<void> {
    this.#remember(sessionIds, this.#deps.clock.now());
    for (let start = 0; start < sessionIds.length; start += IDS_A_MESSAGE) {
      const chunk = sessionIds.slice(start, start + IDS_A_MESSAGE);
      await this.#deps.bus.publish({
        type: 'sessions-ended',
        realmId: this.#deps.realmId,
        sessionIds: chunk,
      });
    }
  }

  /** Reads what ended since the last load; all of it after a (re)connection. */
  async load(): Promise<void> {
    const { database, realmId, retentionSeconds, clock, log } = this.#deps;
    const connection = this.#connection;
    const startedAt = clock.now();
    const since =
      this.#loadedAt === undefined
        ? addSeconds(startedAt, -retentionSeconds)
        : addSeconds(this.#loadedAt, -OVERLAP_SECONDS);
    try {
      const rows = await database
        .em()
        .find(
          Session,
          { realm: realmId, endedAt: { $gt: since } },
          { fields: ['id', 'endedAt'], disableIdentityMap: true },
        );
      for (const { id, endedAt } of rows) this.#remember([id], endedAt ?? startedAt);
      if (connection === this.#connection) this.#loadedAt = startedAt; // else it may have missed what ended between two connections
    } catch (error) {
      this.#loadedAt = undefined;
      log.debug({ reason: safeReason(error) }, 'Could not load the ended sessions');
    }
    this.#forget(startedAt);
  }

  async #ask(sessionId: string): Promise<boolean> {
    const { database, realmId } = this.#deps;
    const alive = await database
      .em()
      .count(Session, { id: sessionId, realm: realmId, endedAt: null });
    return alive === 0;
  }

  #remember(sessionIds: readonly string[], endedAt: Date): void {
    const forgetAt = addSeconds(endedAt, this.#deps.retentionSeconds).getTime();
    const news = sessionIds.filter((id) => !this.#forgetAt.has(id));
    for (const id of sessionIds) this.#forgetAt.set(id, forgetAt);
    if (news.length > 0) this.#events.emit('ended', news);
  }

  #forget(now: Date): void {
    for (const [id, forgetAt] of this.#forgetAt) {
      if (forgetAt <= now.getTime()) this.#forgetAt.delete(id);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
