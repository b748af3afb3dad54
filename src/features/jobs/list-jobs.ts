import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { type JobState, type ListedJob, pageOfJobs } from './listed-job.store.js';

const PAGE = 100;

export type ListJobs = (realm: Realm, state: JobState) => AsyncGenerator<ListedJob>;

/** All of a realm's jobs in that state, newest first. */
export function listJobs(sql: SqlExecutor): ListJobs {
  return async function* (realm, state) {
    for (let after: string | undefined; ; ) {
      const page: { rows: readonly ListedJob[]; hasNextPage: boolean } = await pageOfJobs(
        sql,
        realm,
        state,
        { first: PAGE, after },
      );
      yield* page.rows;
      if (!page.hasNextPage) return;
      after = page.rows.at(-1)?.id;
    }
  };
}
