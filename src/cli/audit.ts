import { audit } from '../features/audit/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export interface AuditOptions extends RealmOption {
  readonly user?: string;
  readonly type?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly json?: boolean;
}

/** One line each, oldest first; `export` writes all that is known of them, as JSON. */
export function listAuditEvents(env: Environment, options: AuditOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { user: userId, type, since, until } = options;
    const filter = {
      userId: userId ?? null,
      type: type ?? null,
      since: since ?? null,
      until: until ?? null,
    };
    for await (const event of use(audit).all(realm, filter)) {
      const { at, ipAddress, operation } = event;
      const line = [at.toISOString(), event.type, event.userId ?? '-', operation ?? '-'];
      print(options.json ? JSON.stringify(event) : [...line, ipAddress ?? ''].join('  ').trimEnd());
    }
    return EXIT.done;
  });
}
