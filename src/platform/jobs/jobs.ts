import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Log } from '../../kernel/log.js';
import { DEFAULT_REALM, type Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import type { Database, SqlExecutor } from '../database/database.js';
import { isDatabaseUnavailable, safeReason } from '../database/database-failure.js';
import { addQueue, insertJob, isAnyDue, type NewJob } from './job.store.js';
import { sealPayload } from './job-payload.js';
import type { JobType } from './job-type.js';
import type { FindRealm, JobHandler, Workers } from './workers.js';

/**
 * A job begins after the answer to the request that sent it: what it does, for an address that has
 * an account for example, must not show in the answer's time (ASVS 6.3.8).
 */
const ANSWER_FIRST_MS = 200;
/** How long a node that stops waits for its jobs. */
const STOP_MS = 3_000;
/** How soon a node notices what others left behind, and what is due by the clock. */
const LOOK_MS = 10_000;

export interface JobsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly seal: Seal;
  /** Of the PostgreSQL server; undefined where the database is embedded. */
  readonly url: string | undefined;
}

export interface SendOptions {
  /** A job of this id is sent once, however often this is called. Made up unless given. */
  readonly id?: string;
  /** Not before this time. */
  readonly startAfter?: Date;
}

/**
 * Work that is done after the flow that asked for it, by any node. Sending is one statement in the
 * flow's transaction. What does the work (pg-boss) is loaded when there is something to do, so that
 * a node starts quickly and an idle one stays small.
 */
export class Jobs {
  readonly #deps: JobsDeps;
  readonly #queues = new Set<string>();
  /** Which jobs that are due by the clock this node has seen to. */
  readonly #slots = new Map<string, number>();
  #cut: () => void = () => {};
  #handlers: readonly JobHandler[] = [];
  #findRealm: FindRealm | undefined;
  #workers: Promise<Workers | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
  }

  /** Sends a job with the flow; resolves to false when there is one of that id already. */
  async send<Payload extends object>(
    sql: SqlExecutor,
    realm: Realm,
    type: JobType<Payload>,
    payload: Payload,
    { id = this.#deps.newId(), startAfter }: SendOptions = {},
  ): Promise<boolean> {
    const data = sealPayload(this.#deps.seal, id, realm.id, payload);
    return this.#insert(sql, type, { id, data, startAfter, slot: undefined });
  }

  /** From now on this node does jobs, too. */
  start(handlers: readonly JobHandler[], findRealm: FindRealm): void {
    this.#handlers = handlers;
    this.#findRealm = findRealm;
    const look = () =>
      this.#look().catch((error: unknown) => {
        const reason = safeReason(error);
        if (!isDatabaseUnavailable(error)) this.#deps.log.error({ reason }, 'Jobs cannot be read');
      });
    this.#timer = setInterval(look, LOOK_MS).unref();
    void look();
  }

  /** Lets the jobs under way finish; those that take too long are begun again later. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#handlers = [];
    const stopped = this.#workers?.then((workers) => workers?.stop());
    await Promise.race([stopped, sleep(STOP_MS, undefined, { ref: false })]);
    this.#cut(); // where the database has stopped answering, nothing stops by itself
  }

  async #look(): Promise<void> {
    await this.#sendDue();
    if (this.#workers !== undefined || this.#handlers.length === 0) return;
    const names = this.#handlers.map(({ type }) => type.name);
    if (await isAnyDue(this.#deps.database, names)) this.#wake();
  }

  /** Of all nodes the first to come sends a job that is due by the clock. */
  async #sendDue(): Promise<void> {
    const { database, clock, newId, seal } = this.#deps;
    for (const { type } of this.#handlers) {
      if (type.everySeconds === undefined) continue;
      const ms = type.everySeconds * 1_000;
      const slot = new Date(Math.floor(clock.now().getTime() / ms) * ms);
      if (this.#slots.get(type.name) === slot.getTime()) continue;
      const id = newId();
      const data = sealPayload(seal, id, DEFAULT_REALM, {});
      await this.#insert(database, type, { id, data, startAfter: undefined, slot });
      this.#slots.set(type.name, slot.getTime());
    }
  }

  async #insert(sql: SqlExecutor, type: JobType, job: NewJob): Promise<boolean> {
    if (!this.#queues.has(type.name)) {
      await addQueue(sql, type);
      await sql.afterCommit(() => void this.#queues.add(type.name));
    }
    const isNew = await insertJob(sql, type, job);
    if (isNew) await sql.afterCommit(() => this.#wakeSoon(type.name));
    return isNew;
  }

  #wakeSoon(name: string): void {
    setTimeout(() => this.#wake(name), ANSWER_FIRST_MS).unref();
  }

  /** Starts the workers, or tells one of them that it has something to do. */
  #wake(name?: string): void {
    if (this.#handlers.length === 0) return; // a command, or a node that stops
    this.#workers ??= this.#open().catch((error: unknown) => {
      this.#deps.log.warn({ reason: safeReason(error) }, 'Jobs cannot be done at present');
      this.#workers = undefined; // the next look tries again
      return undefined;
    });
    if (name !== undefined) void this.#workers.then((workers) => workers?.wake(name));
  }

  async #open(): Promise<Workers | undefined> {
    const { database, url, log, seal } = this.#deps;
    const [findRealm, handlers] = [this.#findRealm, this.#handlers];
    if (findRealm === undefined) return undefined;
    const { createBoss } = await import('./boss.js');
    const { startWorkers } = await import('./workers.js');
    const { boss, cut } = await createBoss(database, url, log);
    this.#cut = cut;
    try {
      return await startWorkers({ boss, log, seal, findRealm }, handlers);
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => {}); // else its timers would go on
      throw error;
    }
  }
}
