import { cleanupSessions } from '../features/sessions/cleanup-sessions.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { print, say } from './terminal.js';

export function cleanup(
  env: Environment,
  options: { readonly olderThan?: number },
): Promise<ExitCode> {
  return withTables(env, async (services) => {
    // Younger ones are still needed: nodes learn from them which access tokens to refuse.
    const olderThan = Math.max(services.keyLifetimes.tokenLifetime, options.olderThan ?? 0);
    const deleted = await cleanupSessions(services, olderThan, (total) =>
      say(`deleted ${total} …`),
    );
    print(`deleted ${deleted} sessions`);
    return EXIT.done;
  });
}
