import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { SqlExecutor } from './database.js';
import { databaseTime } from './database-time.store.js';

/** How far a machine's clock may be off before somebody should see to it. */
const WORTH_A_WARNING_MS = 2_000;
const SYNC_MS = 60_000;

/**
 * The database's clock, as this node can tell it: its own, moved by how far the two differ. So all
 * nodes decide by one clock, and each time is asked for once a minute and not once a request.
 */
export class DatabaseClock implements Clock, Disposable {
  readonly #own: Clock;
  readonly #log: Log;
  #sql: SqlExecutor | undefined;
  #offsetMs = 0;
  #saidOff = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(own: Clock, log: Log) {
    this.#own = own;
    this.#log = log;
  }

  now(): Date {
    return new Date(this.#own.now().getTime() + this.#offsetMs);
  }

  /** From now on it follows that database. */
  follow(sql: SqlExecutor): void {
    this.#sql = sql;
    const again = () => void this.sync().catch(() => {}); // it is away; what is known still holds
    this.#timer = setInterval(again, SYNC_MS).unref();
  }

  /** Asks the database what time it is. Rejects when it does not answer. */
  async sync(): Promise<void> {
    if (this.#sql === undefined) return;
    const before = this.#own.now().getTime();
    const theirs = await databaseTime(this.#sql);
    const after = this.#own.now().getTime();
    this.#offsetMs = Math.round(theirs - (before + after) / 2);
    const isOff = Math.abs(this.#offsetMs) > WORTH_A_WARNING_MS;
    if (isOff && !this.#saidOff) {
      this.#log.warn(
        { event: 'clock_off', offsetMs: this.#offsetMs },
        "The clock of this machine differs from the database's, by which all nodes go",
      );
    }
    this.#saidOff = isOff;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
