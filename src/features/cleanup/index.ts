import { feature } from '../../platform/feature.js';
import { jobType } from '../../platform/jobs/job-type.js';
import { jobHandler } from '../../platform/jobs/workers.js';
import { audit } from '../audit/index.js';
import { realms } from '../realms/index.js';
import { sessions } from '../sessions/index.js';
import { Cleanup } from './cleanup.js';

const CLEANUP = jobType('cleanup', 'Deletes what is kept no longer', {
  everySeconds: 3_600,
  longestSeconds: 1_800,
  retries: 3,
});

/** Deletes what is over, or is kept no longer. */
export const cleanup = feature({
  name: 'cleanup',
  create({ database, clock }, use) {
    use(audit);
    use(sessions);
    const { manage, directory } = use(realms);
    const own = new Cleanup({ sql: database, clock });
    return {
      parts: { cleanup: own },
      jobs: [
        jobHandler(CLEANUP, async (_payload, { signal }) => {
          for await (const { id } of manage.list()) {
            if (signal.aborted) return;
            await own.run(await directory.find(id), { onProgress: () => !signal.aborted });
          }
        }),
      ],
    };
  },
});
