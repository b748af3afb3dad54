import { addSeconds } from '../../kernel/clock.js';
import { feature } from '../../platform/feature.js';
import { jobType } from '../../platform/jobs/job-type.js';
import { jobHandler } from '../../platform/jobs/workers.js';
import { OneTimeToken } from './one-time-token.entity.js';
import { deleteTokensExpiredBefore } from './one-time-token.store.js';
import { OneTimeTokens } from './one-time-tokens.js';
import { TOKEN_PROBLEMS } from './token-errors.js';
import { TOKEN_SETTINGS } from './token-settings.js';

export type { OneTimeTokens } from './one-time-tokens.js';
export { TokenRejected } from './token-errors.js';
export { tokenPurpose } from './token-purpose.js';
export { TOKEN_SETTINGS } from './token-settings.js';

/** For this long a link that is over is answered EXPIRED or USED; after it, MALFORMED. */
const KEPT_SECONDS = 30 * 86_400;
const BATCH = 1_000;

const CLEAN_UP = jobType('one-time-tokens.clean-up', 'Deletes tokens that expired long ago', {
  everySeconds: 86_400,
});

/** The tokens of links in mails: reset, verify, invite. */
export const oneTimeTokens = feature({
  name: 'one-time-tokens',
  settings: TOKEN_SETTINGS,
  entities: [OneTimeToken],
  problems: TOKEN_PROBLEMS,
  create({ clock, randomness, database }) {
    const cleanUp = jobHandler(CLEAN_UP, async () => {
      const before = addSeconds(clock.now(), -KEPT_SECONDS);
      while ((await deleteTokensExpiredBefore(database, before, BATCH)) === BATCH);
    });
    return { parts: { tokens: new OneTimeTokens({ clock, randomness }) }, jobs: [cleanUp] };
  },
});
