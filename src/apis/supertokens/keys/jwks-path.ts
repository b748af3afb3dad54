import type { Clock } from '../../../kernel/clock.js';
import type { AppDirectory } from '../apps/app-directory.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { FixedPath } from '../server.js';
import type { CoreKeys } from './core-keys.js';

/** The keys of an app (RFC 7517), until the next one has to be known. */
export function jwksPath(deps: {
  readonly apps: AppDirectory;
  readonly keys: CoreKeys;
  readonly clock: Clock;
}): FixedPath {
  return {
    path: '/.well-known/jwks.json',
    methods: ['GET'],
    async answer({ appId }) {
      const app = await deps.apps.find({ appId, tenantId: PUBLIC });
      const { keys, nextDueAt } = await deps.keys.published(app);
      const seconds = Math.floor((nextDueAt - deps.clock.now().getTime()) / 1000);
      const cacheControl = `max-age=${Math.max(1, seconds)}, must-revalidate`;
      return { body: { keys }, headers: { 'cache-control': cacheControl } };
    },
  };
}
