import { eventType } from '../../platform/events/events.js';

export const JOB_RETRIED = eventType<{ jobId: string; kind: string }>(
  'job.retried',
  'A job that had failed was sent again',
);
