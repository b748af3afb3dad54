import type { JobType } from '../../platform/jobs/job-type.js';
import { type JobHandler, type JobRun, jobHandler } from '../../platform/jobs/workers.js';
import { SentBefore } from './mails.js';

/**
 * A job whose transaction sends one mail, under the job's own id. When it is done again although
 * its transaction was committed, that rolls back: else it would replace the token in the mail.
 */
export function mailingJob<Payload extends object>(
  type: JobType<Payload>,
  run: (realm: JobRun['realm'], id: string, payload: Payload) => Promise<void>,
): JobHandler {
  return jobHandler(type, async (payload, { id, realm }) => {
    try {
      await run(realm, id, payload);
    } catch (error) {
      if (!(error instanceof SentBefore)) throw error;
    }
  });
}
