import type { FastifyInstance } from 'fastify';
import type { ManageRealms } from '../../features/realms/index.js';
import type { EndSessions } from '../../features/sessions/index.js';
import { addSeconds } from '../../kernel/clock.js';
import type { Seal } from '../../kernel/secrets.js';
import { safeReason } from '../../platform/database/database-failure.js';
import type { Platform } from '../../platform/platform.js';
import { linkingEndpoints } from './account-linking/linking-endpoints.js';
import type { AppDirectory } from './apps/app-directory.js';
import { appEndpoints } from './apps/app-endpoints.js';
import { licenceEndpoints } from './apps/licence-endpoints.js';
import { ManageApps } from './apps/manage-apps.js';
import { ManageTenants } from './apps/manage-tenants.js';
import { tenantEndpoints } from './apps/tenant-endpoints.js';
import { tenantUserEndpoints } from './apps/tenant-user-endpoints.js';
import { dashboardEndpoints } from './dashboard/dashboard-endpoints.js';
import type { CorePasswords } from './emailpassword/core-passwords.js';
import { emailPasswordEndpoints } from './emailpassword/emailpassword-endpoints.js';
import { emailVerificationEndpoints } from './emailverification/emailverification-endpoints.js';
import { deleteExpired } from './expired.store.js';
import type { CoreKeys } from './keys/core-keys.js';
import { jwksPath } from './keys/jwks-path.js';
import { jwtEndpoints } from './keys/jwt-endpoints.js';
import { metadataEndpoints } from './metadata/metadata-endpoints.js';
import { passwordlessEndpoints } from './passwordless/passwordless-endpoints.js';
import { apiVersionPath, helloPaths } from './protocol/fixed-paths.js';
import { roleEndpoints } from './roles/role-endpoints.js';
import { createCoreServer } from './server.js';
import type { CoreRefreshTokens } from './session/core-refresh-token.js';
import type { ImportedRefreshTokens } from './session/imported-refresh-tokens.js';
import { sessionDataEndpoints } from './session/session-data-endpoints.js';
import { sessionEndpoints } from './session/session-endpoints.js';
import type { SUPERTOKENS_SETTINGS } from './supertokens-settings.js';
import { thirdPartyEndpoints } from './thirdparty/thirdparty-endpoints.js';
import { totpEndpoints } from './totp/totp-endpoints.js';
import { userIdEndpoints } from './user-ids/user-id-endpoints.js';
import { deleteUserEndpoint } from './users/delete-user-endpoint.js';
import { userEndpoints } from './users/user-endpoints.js';
import { userListEndpoints } from './users/user-list-endpoints.js';

export interface CoreDeps extends Omit<Platform, 'settings'> {
  readonly apps: AppDirectory;
  readonly keys: CoreKeys;
  readonly refreshTokens: CoreRefreshTokens;
  readonly importedTokens: ImportedRefreshTokens;
  readonly manageRealms: ManageRealms;
  readonly totpSeal: Seal;
  readonly endSessions: EndSessions;
  readonly passwords: CorePasswords;
  readonly settings: ReturnType<typeof SUPERTOKENS_SETTINGS.of>;
}

/** Builds the interface from its recipes, and listens. */
export async function openCore(deps: CoreDeps): Promise<FastifyInstance> {
  const { apps, log, database, settings } = deps;
  const { supertokensPort: port, supertokensHost: host, supertokensApiKeys: apiKeys } = settings;
  const shortKeyIntervals = !deps.process.production;
  const manageApps = new ManageApps({ ...deps, shortKeyIntervals });
  const manageTenants = new ManageTenants({ ...deps, shortKeyIntervals });
  const server = createCoreServer({
    endpoints: [
      ...sessionEndpoints(deps),
      ...sessionDataEndpoints(deps),
      ...userEndpoints(deps),
      ...userListEndpoints(deps),
      ...emailPasswordEndpoints(deps),
      ...emailVerificationEndpoints(deps),
      ...appEndpoints(manageApps, manageTenants),
      ...tenantEndpoints(manageTenants),
      ...tenantUserEndpoints(deps),
      ...licenceEndpoints(),
      ...thirdPartyEndpoints(deps),
      ...passwordlessEndpoints(deps),
      ...linkingEndpoints(deps),
      deleteUserEndpoint(deps),
      ...userIdEndpoints(deps),
      ...jwtEndpoints(deps),
      ...totpEndpoints(deps),
      ...dashboardEndpoints(deps),
      ...metadataEndpoints(deps),
      ...roleEndpoints(deps),
    ],
    fixed: [...helloPaths(() => database.ping()), apiVersionPath(apps, apiKeys), jwksPath(deps)],
    apps,
    apiKeys,
    log,
  });
  const sweep = setInterval(() => void deleteOver(deps), SWEEP_MS).unref();
  server.addHook('onClose', async () => clearInterval(sweep));
  await server.listen({ port, host });
  log.info({ url: server.listeningOrigin }, "Listening for SuperTokens' SDKs");
  return server;
}

const SWEEP_MS = 600_000;
const DAY_SECONDS = 86_400;

/** Every node does; what one has deleted, another does not find. */
async function deleteOver({ database, clock, log }: CoreDeps): Promise<void> {
  const now = clock.now();
  try {
    await deleteExpired(database, { now, codesBefore: addSeconds(now, -DAY_SECONDS) });
  } catch (error) {
    log.warn({ reason: safeReason(error) }, 'Could not delete what has expired');
  }
}
