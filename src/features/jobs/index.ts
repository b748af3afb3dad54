import { feature } from '../../platform/feature.js';
import { SEALED_PAYLOADS } from '../../platform/jobs/job-payload.js';
import { JOB_RETRIED } from './job-events.js';
import { JobsResolver } from './jobs.resolver.js';
import { listJobs } from './list-jobs.js';
import { RetryJob } from './retry-job.js';

export type { JobState } from './listed-job.store.js';

/** What is done after the answer, and what of it failed, for administrators. */
export const jobs = feature({
  name: 'jobs',
  sealed: [SEALED_PAYLOADS],
  resolvers: [JobsResolver],
  events: [JOB_RETRIED],
  create({ database, errors, events }) {
    const retry = new RetryJob({ database, events });
    return {
      parts: { retry, list: listJobs(database) },
      resolvers: [new JobsResolver({ sql: database, errors, retry })],
    };
  },
});
