import type { ManageRealms } from '../../../features/realms/index.js';
import type { Database } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { App } from './app.js';
import { findAppSettings, listApps, lockApp, saveApp } from './app.store.js';
import type { AppDirectory } from './app-directory.js';
import { mergeSettings } from './core-config.js';

export interface ManageAppsDeps {
  readonly database: Database;
  readonly apps: AppDirectory;
  readonly manageRealms: ManageRealms;
  /** In development, keys may be rotated faster than every hour. */
  readonly shortKeyIntervals: boolean;
}

/** Makes, changes and deletes apps: each is a realm of its own. */
export class ManageApps {
  readonly #deps: ManageAppsDeps;

  constructor(deps: ManageAppsDeps) {
    this.#deps = deps;
  }

  /** Resolves to whether it was made. The base app's settings are the process's. */
  async save(appId: string, changes: JsonObject | undefined): Promise<boolean> {
    const { database, apps, shortKeyIntervals } = this.#deps;
    if (appId === PUBLIC) {
      if (changes !== undefined && Object.keys(changes).length > 0) {
        refuse(400, 'Cannot modify base config');
      }
      return false;
    }
    const realmId = apps.realmIdOf(appId) ?? refuse(400, 'The appId is that of the base app');
    const options = { shortKeyIntervals, ofTenant: false };
    mergeSettings({}, changes ?? {}, options); // before anything is made
    const created = await this.#make(realmId);
    await database.transaction(async (sql) => {
      await lockApp(sql, realmId);
      const before: JsonObject = JSON.parse((await findAppSettings(sql, realmId)) ?? '{}');
      const after = mergeSettings(before, changes ?? {}, options);
      await saveApp(sql, realmId, JSON.stringify(after));
    });
    await apps.announce(realmId);
    return created;
  }

  async #make(realmId: string): Promise<boolean> {
    const { database, manageRealms } = this.#deps;
    if ((await findAppSettings(database, realmId)) !== undefined) return false;
    // Refuses a realm that is there already: it is none of this interface's to take over.
    await manageRealms.create(realmId, {});
    return true;
  }

  async delete(appId: string): Promise<boolean> {
    const { database, apps, manageRealms } = this.#deps;
    const realmId = apps.realmIdOf(appId);
    if (appId === PUBLIC)
      refuse(403, 'Cannot delete the public app, use remove tenant API instead');
    if (!realmId || (await findAppSettings(database, realmId)) === undefined) return false;
    const app = await apps.find({ appId, tenantId: PUBLIC });
    if (app.tenants.size > 1) refuse(403, 'Please delete all tenants before deleting the app');
    await manageRealms.delete(realmId);
    await apps.announce(realmId);
    return true;
  }

  async find(appId: string): Promise<App> {
    return this.#deps.apps.find({ appId, tenantId: PUBLIC });
  }

  async list(): Promise<App[]> {
    const { database } = this.#deps;
    const ids = [PUBLIC, ...(await listApps(database))];
    return Promise.all(ids.map((appId) => this.find(appId)));
  }
}
