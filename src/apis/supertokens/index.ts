import type { FastifyInstance } from 'fastify';
import { password } from '../../features/password/index.js';
import { realms } from '../../features/realms/index.js';
import { sessions } from '../../features/sessions/index.js';
import { USER_DELETED, users } from '../../features/users/index.js';
import { feature } from '../../platform/feature.js';
import { CoreApp, CoreTenant } from './apps/app.entity.js';
import { AppDirectory } from './apps/app-directory.js';
import { DashboardSession, DashboardUser } from './dashboard/dashboard-user.entity.js';
import { CorePasswords } from './emailpassword/core-passwords.js';
import type { ImportOptions } from './import/import-core.js';
import { CoreKey } from './keys/core-key.entity.js';
import { CoreKeys } from './keys/core-keys.js';
import { CoreMetadata } from './metadata/core-metadata.entity.js';
import { LoginCode, LoginDevice } from './passwordless/login-code.entity.js';
import { CoreRoleAssignment } from './roles/core-role.entity.js';
import { SEALED_COLUMNS } from './sealed-columns.js';
import { CoreRefreshTokens } from './session/core-refresh-token.js';
import { CoreSession } from './session/core-session.entity.js';
import { ImportedRefreshKey } from './session/imported-refresh-key.entity.js';
import { ImportedRefreshTokens } from './session/imported-refresh-tokens.js';
import { CORE_SESSION_EVENTS } from './session/session-events.js';
import { SUPERTOKENS_SETTINGS } from './supertokens-settings.js';
import { CoreTotpAttempt, CoreTotpDevice } from './totp/totp.entity.js';
import { deleteSubjects } from './users/delete-user.store.js';
import { ActiveUser, ExternalId, PrimaryUser } from './users/user-ids.entity.js';
import { CoreOneTimeToken, VerifiedEmail } from './users/verified-email.entity.js';

export type { ImportedApp } from './import/import-core.js';
export { isOpenToAll } from './supertokens-settings.js';

const HOOKS_PASSED_BY =
  "What SuperTokens' SDKs do asks no hooks: their own overrides have the say there";

/** A core for the official SDKs of SuperTokens, on a listener of its own. */
export const supertokens = feature({
  name: 'supertokens',
  settings: SUPERTOKENS_SETTINGS,
  entities: [
    CoreApp,
    CoreTenant,
    CoreKey,
    CoreSession,
    ExternalId,
    PrimaryUser,
    ActiveUser,
    VerifiedEmail,
    CoreOneTimeToken,
    LoginDevice,
    LoginCode,
    CoreTotpDevice,
    CoreTotpAttempt,
    DashboardUser,
    DashboardSession,
    CoreMetadata,
    CoreRoleAssignment,
    ImportedRefreshKey,
  ],
  sealed: SEALED_COLUMNS,
  events: CORE_SESSION_EVENTS,
  create(platform, use) {
    const { database, bus, clock, secrets, events, limits } = platform;
    const settings = SUPERTOKENS_SETTINGS.of(platform);
    use(users);
    const { directory, manage: manageRealms } = use(realms);
    const apps = new AppDirectory({
      sql: database,
      bus,
      realms: directory,
      baseRealm: settings.supertokensRealm,
    });
    const keys = new CoreKeys({ database, bus, clock, seal: secrets.seal('supertokens-keys') });
    const refreshTokens = new CoreRefreshTokens(secrets.seal('supertokens-refresh-tokens'));
    const importedTokens = new ImportedRefreshTokens(
      database,
      secrets.seal('supertokens-imported-refresh-keys'),
    );
    const totpSeal = secrets.seal('supertokens-totp');
    const { endSessions } = use(sessions);
    // What is kept under a user's id goes with them, however they are deleted.
    events.on(async (sql, { type, realm, userId }) => {
      if (type === USER_DELETED && userId !== null) await deleteSubjects(sql, realm, [userId]);
    });
    const passwords = new CorePasswords(use(password).hasher, limits);
    let server: FastifyInstance | undefined;
    return {
      parts: {
        /** Where SDKs connect to, once it listens. */
        get url() {
          return server?.listeningOrigin;
        },
        /** Takes over an app at a time from a core of SuperTokens' own. */
        async *importFrom(options: ImportOptions) {
          const { importCore } = await import('./import/import-core.js');
          const deps = { database, clock, apps, manageRealms, keys, importedTokens, totpSeal };
          yield* importCore(deps, options);
        },
      },
      async start() {
        if (!settings.supertokens || server !== undefined) return undefined;
        if (Object.keys(platform.hooks).length > 0) platform.log.warn({}, HOOKS_PASSED_BY);
        // Loaded on demand: who does not use it does not pay for it.
        const { openCore } = await import('./open-core.js');
        server = await openCore({
          ...platform,
          apps,
          totpSeal,
          manageRealms,
          keys,
          refreshTokens,
          importedTokens,
          endSessions,
          passwords,
          settings,
        });
        return undefined;
      },
      stop: () => server?.close(),
    };
  },
});
