import type { SqlExecutor } from '../database/database.js';
import { JOBS_SCHEMA, type JobType } from './job-type.js';

/** Seconds before the first retry; each later wait is twice as long, up to the longest. */
const FIRST_RETRY = 1;
const LONGEST_WAIT = 300;
/** How long jobs that are over can be looked at. */
const KEPT_SECONDS = 14 * 86_400;

/** What pg-boss should know of a kind of job. */
export function queueOptionsOf({ retries, longestSeconds }: JobType) {
  return {
    policy: 'standard',
    retryLimit: retries,
    retryDelay: FIRST_RETRY,
    retryBackoff: true,
    retryDelayMax: LONGEST_WAIT,
    expireInSeconds: longestSeconds,
    deleteAfterSeconds: KEPT_SECONDS,
  };
}

const ADD_QUEUE = `select ${JOBS_SCHEMA}.create_queue($1, $2::jsonb)`;

/** Makes the queue of a kind of job, unless it is there. */
export async function addQueue(sql: SqlExecutor, type: JobType): Promise<void> {
  await sql.query(ADD_QUEUE, [type.name, JSON.stringify(queueOptionsOf(type))]);
}

/** What a job's `data` holds. */
export interface JobData {
  readonly realmId: string;
  /** The payload: whoever reads the database sees no address and no token in it. */
  readonly sealed: string;
}

export interface NewJob {
  readonly id: string;
  readonly data: JobData;
  /** Not before; as soon as possible when undefined. */
  readonly startAfter: Date | undefined;
  /** Of the jobs of its kind with the same slot only the first is kept. */
  readonly slot: Date | undefined;
}

/**
 * What pg-boss's own `send` does, without pg-boss: it is loaded by nodes that have something to do,
 * and its `send` reads outside of the transaction, for which the embedded database has no
 * connection left.
 */
const INSERT = `insert into ${JOBS_SCHEMA}.job (id, name, data, start_after, singleton_on, policy,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
    keep_until)
  select $1, name, $3::jsonb, coalesce($4, now()), $5::timestamptz at time zone 'UTC', policy,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
    coalesce($4, now()) + retention_seconds * interval '1 second'
  from ${JOBS_SCHEMA}.queue where name = $2
  on conflict do nothing returning id`;

/** False when there is a job of this id, or for this slot, already. */
export async function insertJob(sql: SqlExecutor, type: JobType, job: NewJob): Promise<boolean> {
  const { id, data, startAfter = null, slot = null } = job;
  const values = [id, type.name, JSON.stringify(data), startAfter, slot];
  return (await sql.query(INSERT, values)).length > 0;
}

const IS_ANY_DUE = `select 1 from ${JOBS_SCHEMA}.job where name = any($1)
    and (state in ('created', 'retry') and start_after <= now() or state = 'active') limit 1`;

/** True when a job waits to be done, or was begun: maybe by a node that is gone. */
export async function isAnyDue(sql: SqlExecutor, names: readonly string[]): Promise<boolean> {
  return (await sql.query(IS_ANY_DUE, [names])).length > 0;
}
