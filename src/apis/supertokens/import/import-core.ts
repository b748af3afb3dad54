import type { ManageRealms } from '../../../features/realms/index.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Seal } from '../../../kernel/secrets.js';
import type { Database } from '../../../platform/database/database.js';
import type { App } from '../apps/app.js';
import { findAppSettings, lockApp, saveApp } from '../apps/app.store.js';
import type { AppDirectory } from '../apps/app-directory.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { AdoptKeysDeps } from './adopt-keys.js';
import { knownSettings } from './adopt-tenants.js';
import { openCoreDatabase } from './core-database.js';
import { readTenants } from './core-settings-source.store.js';
import { type Counts, countCore, countLeftOut, listCoreApps } from './core-source.store.js';
import { type ImportReport, importApp } from './import-app.js';
import type { CoreSource } from './source.js';

export interface ImportCoreDeps extends AdoptKeysDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly apps: AppDirectory;
  readonly manageRealms: ManageRealms;
  readonly totpSeal: Seal;
}

export interface ImportOptions {
  /** Of the core's database. */
  readonly from: string;
  readonly tablePrefix: string;
  /** Base64. */
  readonly firebaseSignerKey?: string;
  readonly dryRun: boolean;
  readonly progress: (app: string, kind: string, done: number) => void;
}

export interface ImportedApp {
  readonly appId: string;
  /** What the core has. */
  readonly counts: Counts;
  /** Rows by table that stay behind. */
  readonly leftOut: Counts;
  /** Undefined after a dry run. */
  readonly report: ImportReport | undefined;
}

/**
 * Takes over the users, sessions and keys of a SuperTokens core from its own database. What is
 * here already stays as it is, so that it can run again. Rejects with BAD_USER_INPUT when that is
 * no such database.
 */
export async function* importCore(
  deps: ImportCoreDeps,
  options: ImportOptions,
): AsyncGenerator<ImportedApp> {
  await using source = await openCoreDatabase(options.from, options.tablePrefix);
  await using database = await deps.database.withoutTimeLimit();
  const now = deps.clock.now();
  for (const appId of await listCoreApps(source)) {
    const counts = await countCore(source, appId, now);
    const leftOut = await countLeftOut(source, appId);
    if (options.dryRun) {
      yield { appId, counts, leftOut, report: undefined };
      continue;
    }
    const { app, signerKey } = await openApp(deps, source, appId);
    const firebaseSignerKey = options.firebaseSignerKey ?? signerKey;
    const report = await importApp(
      {
        ...deps,
        database,
        now,
        progress: (kind, done) => options.progress(appId, kind, done),
        ...(firebaseSignerKey === undefined ? {} : { firebaseSignerKey }),
      },
      source,
      app,
    );
    await deps.apps.announce(app.realm.id);
    yield { appId, counts, leftOut, report };
  }
}

/** The app here, made unless it is there. Refuses a realm that is no app. */
async function openApp(
  { database, apps, manageRealms }: ImportCoreDeps,
  source: CoreSource,
  appId: string,
): Promise<{ app: App; signerKey: string | undefined }> {
  const found = (await readTenants(source, appId)).find(({ id }) => id === PUBLIC);
  const settings = knownSettings(found?.settings ?? '{}', false);
  const key = settings.firebase_password_hashing_signer_key;
  const realmId = apps.realmIdOf(appId);
  if (appId !== PUBLIC && realmId !== undefined) {
    if ((await findAppSettings(database, realmId)) === undefined) {
      await manageRealms.create(realmId, {});
      await database.transaction(async (sql) => {
        await lockApp(sql, realmId);
        await saveApp(sql, realmId, JSON.stringify(settings));
      });
      await apps.announce(realmId);
    }
  }
  const app = await apps.find({ appId, tenantId: PUBLIC });
  return { app, signerKey: typeof key === 'string' ? key : undefined };
}
