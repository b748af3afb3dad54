import type { Job, PgBoss } from 'pg-boss';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import { safeReason } from '../database/database-failure.js';
import { type JobData, queueOptionsOf } from './job.store.js';
import { openPayload } from './job-payload.js';
import type { JobType } from './job-type.js';

/** A job as its handler sees it. */
export interface JobRun {
  readonly id: string;
  readonly realm: Realm;
  /** 0 for the first time. */
  readonly retry: number;
  /** The node stops, or the job takes too long. */
  readonly signal: AbortSignal;
}

/** How one kind of job is done. What rejects is tried again. */
export interface JobHandler {
  readonly type: JobType;
  readonly run: (payload: object, job: JobRun) => Promise<void>;
}

export function jobHandler<Payload extends object>(
  type: JobType<Payload>,
  run: (payload: Payload, job: JobRun) => Promise<void>,
): JobHandler {
  // Jobs of this type are sent with payloads of this type only.
  return { type, run: run as JobHandler['run'] };
}

/** It would fail again: an administrator has to see to it. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}

/** What does the jobs in this process. */
export interface Workers {
  /** There is a job of this kind: do not wait for the next look. */
  wake(name: string): void;
  stop(): Promise<void>;
}

/** Undefined for a realm that is gone, and with it what was to be done in it. */
export type FindRealm = (id: string) => Promise<Realm | undefined>;

export interface WorkersDeps {
  readonly boss: PgBoss;
  readonly log: Log;
  readonly seal: Seal;
  readonly findRealm: FindRealm;
}

/** Jobs of one kind that are done side by side; kinds do not wait for each other. */
const AT_ONCE = 10;
const LOOK_SECONDS = 2;
/** How long a node that stops waits for jobs under way. */
const STOP_MS = 2_500;
const LONGEST_REASON = 300;

export async function startWorkers(
  deps: WorkersDeps,
  handlers: readonly JobHandler[],
): Promise<Workers> {
  const { boss, log } = deps;
  await boss.start();
  const ids = new Map<string, string>();
  for (const handler of handlers) {
    const { name } = handler.type;
    const { policy, ...options } = queueOptionsOf(handler.type);
    await boss.createQueue(name, { policy });
    await boss.updateQueue(name, options);
    const polling = { pollingIntervalSeconds: LOOK_SECONDS, burstWhenBatchFull: true };
    const id = await boss.work<JobData>(
      name,
      { ...polling, batchSize: AT_ONCE, perJobResults: true },
      (jobs) => Promise.all(jobs.map((job) => outcomeOf(job, handler, deps))),
    );
    ids.set(name, id);
  }
  log.debug({ kinds: [...ids.keys()] }, 'Doing jobs');
  return {
    wake: (name) => boss.notifyWorker(ids.get(name) ?? ''),
    stop: () => boss.stop({ graceful: true, timeout: STOP_MS }),
  };
}

async function outcomeOf(
  job: Job<JobData>,
  { type, run }: JobHandler,
  { log, seal, findRealm }: WorkersDeps,
) {
  const { id, retryCount: retry, signal, data } = job;
  try {
    const realm = await findRealm(data.realmId);
    if (realm !== undefined) await run(openPayload(seal, id, data), { id, realm, retry, signal });
    return { id, status: 'completed' } as const;
  } catch (error) {
    const reason = safeReason(error).slice(0, LONGEST_REASON);
    const isLast = error instanceof JobRefused || retry >= type.retries;
    const fields = { job: type.name, jobId: id, realmId: data.realmId, retry, reason };
    if (isLast) log.error(fields, 'A job failed; "authgraph jobs retry" sends it again');
    else log.warn(fields, 'A job failed and will be tried again');
    return { id, status: isLast ? 'deadletter' : 'failed', output: { reason } } as const;
  }
}
