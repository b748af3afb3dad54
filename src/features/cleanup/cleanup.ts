import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { cleanupAuditEvents } from '../audit/index.js';
import { cleanupSessions } from '../sessions/index.js';

/** No access token is valid longer: younger sessions tell nodes which tokens to refuse. */
const LONGEST_TOKEN_SECONDS = 86_400 + 360;

export interface CleanupOptions {
  /** Keeps sessions that ended less than this ago. */
  readonly olderThanSeconds?: number | undefined;
  /** Hears of each step, and may end it by returning false. */
  readonly onProgress: (what: 'sessions' | 'audit events', deleted: number) => boolean;
}

/** How many were deleted. */
export interface CleanedUp {
  readonly sessions: number;
  readonly auditEvents: number;
}

/** Deletes a realm's sessions that are over, and audit events that are kept no longer. */
export class Cleanup {
  readonly #sql: SqlExecutor;
  readonly #clock: Clock;

  constructor({ sql, clock }: { readonly sql: SqlExecutor; readonly clock: Clock }) {
    this.#sql = sql;
    this.#clock = clock;
  }

  async run(
    realm: Realm,
    { olderThanSeconds = 0, onProgress }: CleanupOptions,
  ): Promise<CleanedUp> {
    const now = this.#clock.now();
    const span = { now, olderThanSeconds: Math.max(LONGEST_TOKEN_SECONDS, olderThanSeconds) };
    return {
      sessions: await cleanupSessions(this.#sql, realm, span, (deleted) =>
        onProgress('sessions', deleted),
      ),
      auditEvents: await cleanupAuditEvents(this.#sql, realm, now, (deleted) =>
        onProgress('audit events', deleted),
      ),
    };
  }
}
