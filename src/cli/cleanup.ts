import { cleanup as cleanupFeature } from '../features/cleanup/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print, say } from './terminal.js';

export function cleanup(
  env: Environment,
  options: RealmOption & { readonly olderThan?: number; readonly json?: boolean },
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const deleted = await use(cleanupFeature).cleanup.run(realm, {
      olderThanSeconds: options.olderThan,
      onProgress: (what, total) => {
        if (total > 0) say(`deleted ${total} ${what} …`);
        return true;
      },
    });
    const { sessions, auditEvents } = deleted;
    print(
      options.json
        ? JSON.stringify(deleted)
        : `deleted ${sessions} sessions and ${auditEvents} audit events`,
    );
    return EXIT.done;
  });
}
