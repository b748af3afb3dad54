import { type JobState, jobs } from '../features/jobs/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export interface ListJobsOptions extends RealmOption {
  readonly state: Lowercase<JobState>;
  readonly json?: boolean;
}

export interface RetryJobsOptions extends RealmOption {
  readonly json?: boolean;
}

export function listJobs(env: Environment, options: ListJobsOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const state = options.state.toUpperCase() as JobState; // commander lets no other through
    for await (const job of use(jobs).list(realm, state)) {
      const { id, kind, createdAt, retries, reason } = job;
      const line = `${id}  ${kind}  created ${createdAt.toISOString()}  retries ${retries}`;
      print(options.json ? JSON.stringify(job) : [line, reason ?? ''].join('  ').trimEnd());
    }
    return EXIT.done;
  });
}

/** Those of the given ids; all that failed when there are none. */
export function retryJobs(
  env: Environment,
  ids: readonly string[],
  options: RetryJobsOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { retry, list } = use(jobs);
    const failed = [...ids];
    if (ids.length === 0) for await (const { id } of list(realm, 'FAILED')) failed.push(id);
    for (const id of failed) await retry.run(realm, id, operator('jobs retry'));
    print(options.json ? JSON.stringify({ retried: failed }) : `sent ${failed.length} again`);
    return EXIT.done;
  });
}
