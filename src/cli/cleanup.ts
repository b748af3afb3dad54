import { cleanupSessions } from '../features/sessions/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print, say } from './terminal.js';

/** No access token is valid longer: younger sessions tell nodes which tokens to refuse. */
const LONGEST_TOKEN_SECONDS = 86_400 + 360;

export function cleanup(
  env: Environment,
  options: RealmOption & { readonly olderThan?: number },
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { platform }) => {
    const { database, clock } = platform;
    const olderThanSeconds = Math.max(LONGEST_TOKEN_SECONDS, options.olderThan ?? 0);
    const span = { now: clock.now(), olderThanSeconds };
    const deleted = await cleanupSessions(database, realm, span, (total) =>
      say(`deleted ${total} …`),
    );
    print(`deleted ${deleted} sessions`);
    return EXIT.done;
  });
}
