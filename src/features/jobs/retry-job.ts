import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import { isId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { JOB_RETRIED } from './job-events.js';
import { type ListedJob, retryJob } from './listed-job.store.js';

export interface RetryJobDeps {
  readonly database: Database;
  readonly events: Events;
}

/** Sends a job again that failed for good. */
export class RetryJob {
  readonly #deps: RetryJobDeps;

  constructor(deps: RetryJobDeps) {
    this.#deps = deps;
  }

  /** Rejects with NOT_FOUND when no job of that id has failed. */
  async run(realm: Realm, id: string, caller: Caller): Promise<ListedJob> {
    const { database, events } = this.#deps;
    return database.transaction(async (sql) => {
      const job = isId(id) ? await retryJob(sql, realm, id) : undefined;
      if (job === undefined) throw new AuthError('NOT_FOUND', 'No job of this id has failed.');
      const details = { jobId: job.id, kind: job.kind };
      await events.emit(sql, realm, JOB_RETRIED, { caller, details });
      return job;
    });
  }
}
