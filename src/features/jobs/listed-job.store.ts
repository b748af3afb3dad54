import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { FoundPage, Page } from '../../platform/graphql/connection.js';

export type JobState = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';

/** What is shown of a job: not its payload. */
export interface ListedJob {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly createdAt: Date;
  readonly retries: number;
  readonly dueAt: Date | null;
  readonly reason: string | null;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  readonly created_on: string;
  readonly retry_count: number;
  readonly start_after: string;
  readonly reason: string | null;
}

/** In pg-boss's words. */
const STORED_STATES: Readonly<Record<JobState, readonly Row['state'][]>> = {
  WAITING: ['created', 'retry'],
  RUNNING: ['active'],
  DONE: ['completed'],
  FAILED: ['failed', 'cancelled'],
};

const COLUMNS = `id, name, state::text, created_on, retry_count, start_after,
  coalesce(output ->> 'reason', output ->> 'message') as reason`;

const PAGE = `select ${COLUMNS} from authgraph_jobs.job
  where name in (select name from authgraph_jobs.queue)
    and state = any($1::authgraph_jobs.job_state[]) and data ->> 'realmId' = $2
    and ($3::uuid is null or id < $3) order by id desc limit $4`;

/** A realm's jobs, newest first. */
export async function pageOfJobs(
  sql: SqlExecutor,
  realm: Realm,
  state: JobState,
  { first, after }: Page,
): Promise<FoundPage<ListedJob>> {
  const values = [STORED_STATES[state], realm.id, after ?? null, first + 1];
  const found = await sql.query<Row>(PAGE, values);
  return { rows: found.slice(0, first).map(fromRow), hasNextPage: found.length > first };
}

/** What pg-boss's own `retry` does. */
const RETRY = `update authgraph_jobs.job
  set state = 'retry', retry_limit = retry_count + 1, completed_on = null, start_after = now(),
    keep_until = now() + interval '14 days'
  where id = $1 and data ->> 'realmId' = $2 and state in ('failed', 'cancelled')
    and name in (select name from authgraph_jobs.queue)
  returning ${COLUMNS}`;

/** Undefined when the realm has no failed job of that id. */
export async function retryJob(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<ListedJob | undefined> {
  const [row] = await sql.query<Row>(RETRY, [id, realm.id]);
  return row && fromRow(row);
}

function fromRow(row: Row): ListedJob {
  const state = stateOf(row.state);
  return {
    id: row.id,
    kind: row.name,
    state,
    createdAt: new Date(row.created_on),
    retries: row.retry_count,
    dueAt: state === 'WAITING' ? new Date(row.start_after) : null,
    reason: row.reason,
  };
}

function stateOf(stored: Row['state']): JobState {
  if (stored === 'completed') return 'DONE';
  if (stored === 'active') return 'RUNNING';
  return stored === 'failed' || stored === 'cancelled' ? 'FAILED' : 'WAITING';
}
