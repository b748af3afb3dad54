import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startBareServer, startService } from '../processes.mjs';
import { ratioOf, takeTurns } from '../rounds.mjs';

/**
 * From the start of the process to the first green /health/ready, on a database that is migrated
 * already.
 */
export const startUp = {
  name: 'start-up',
  about: 'time from process start to ready',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, progress }) {
    const msOf = async (/** @type {Promise<import('../processes.mjs').Server>} */ starting) => {
      await using server = await starting;
      return server.msToReady;
    };
    const forgetCompiledCode = () =>
      rmSync(join(workDir, 'compile-cache'), { recursive: true, force: true });
    await msOf(startBareServer(workDir)); // the files are in the page cache from here on
    const { first, again, bare } = await takeTurns(
      rounds,
      {
        first: () => {
          forgetCompiledCode();
          return msOf(startService(database, workDir));
        },
        again: async () => {
          // writes the compile cache, whichever side was before
          await msOf(startService(database, workDir));
          return msOf(startService(database, workDir));
        },
        bare: () => msOf(startBareServer(workDir)),
      },
      progress,
    );
    const compared = { unit: 'ms', theirs: bare, comparedWith: 'bare Apollo on Fastify' };
    return [
      {
        what: 'start to ready',
        ...compared,
        ours: again,
        ratio: ratioOf(bare, again),
        aim: { under: 1000 },
      },
      {
        what: 'start to ready, nothing compiled yet',
        ...compared,
        ours: first,
        ratio: ratioOf(bare, first),
      },
    ];
  },
};
