import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AuthError } from '../../../kernel/auth-error.js';
import type { Realm } from '../../../kernel/realm.js';
import { type Bus, busMessage } from '../../../platform/bus/bus.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { App, Tenant } from './app.js';
import { findAppSettings, findTenants, type StoredTenant } from './app.store.js';
import { readSettings } from './core-config.js';

export interface AppDirectoryDeps {
  readonly sql: SqlExecutor;
  readonly bus: Bus;
  readonly realms: { find(id: string): Realm | Promise<Realm> };
  /** The realm of calls that name no app. */
  readonly baseRealm: string;
}

const APP_CHANGED = busMessage('supertokens-app-changed', z.object({ realmId: z.string() }));
const MOST_KEPT = 2_000;
/** Makes good what the bus lost. */
const KEPT_MS = 5_000;

/** The apps as this node knows them: read on first use, and told of changes. */
export class AppDirectory {
  readonly #deps: AppDirectoryDeps;
  readonly #known = new LRUCache<string, App>({ max: MOST_KEPT, ttl: KEPT_MS });

  constructor(deps: AppDirectoryDeps) {
    this.#deps = deps;
    deps.bus.on(APP_CHANGED, ({ realmId }) => void this.#known.delete(realmId));
  }

  /** Refuses an app that does not exist. Whether its tenant does, `tenantOf` says. */
  async find({ appId, tenantId }: { appId: string; tenantId: string }): Promise<App> {
    return (await this.lookUp(appId)) ?? unknownTenant(appId, tenantId);
  }

  async lookUp(appId: string): Promise<App | undefined> {
    const realmId = this.realmIdOf(appId);
    if (realmId === undefined) return undefined;
    return this.#known.get(realmId) ?? this.#read(appId, realmId);
  }

  /** Undefined for the id of the base realm: the app of that is called `public`. */
  realmIdOf(appId: string): string | undefined {
    const { baseRealm } = this.#deps;
    if (appId === PUBLIC) return baseRealm;
    return appId === baseRealm ? undefined : appId;
  }

  tenantOf(app: App, tenantId: string): Tenant {
    return app.tenants.get(tenantId) ?? unknownTenant(app.id, tenantId);
  }

  /** Call after a change is committed. */
  async announce(realmId: string): Promise<void> {
    this.#known.delete(realmId);
    await this.#deps.bus.publish(APP_CHANGED, { realmId });
  }

  async #read(appId: string, realmId: string): Promise<App | undefined> {
    const { sql, realms } = this.#deps;
    const settings = await findAppSettings(sql, realmId);
    // A realm that was not made over this interface cannot be reached over it.
    if (settings === undefined && appId !== PUBLIC) return undefined;
    const realm = await Promise.resolve(realms.find(realmId)).catch(absentRealm);
    if (realm === undefined) return undefined;
    const app = appFrom(appId, realm, settings ?? '{}', await findTenants(sql, realmId));
    this.#known.set(realmId, app);
    return app;
  }
}

function absentRealm(error: unknown): undefined {
  if (error instanceof AuthError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}

function appFrom(
  id: string,
  realm: Realm,
  settingsText: string,
  stored: readonly StoredTenant[],
): App {
  const settings: JsonObject = JSON.parse(settingsText);
  const tenants = [NEW_PUBLIC, ...stored].map((row): [string, Tenant] => {
    const own: JsonObject = JSON.parse(row.settings);
    const { firstFactors, requiredSecondaryFactors } = row;
    const providers: JsonObject[] = JSON.parse(row.providers);
    const config = readSettings({ ...settings, ...own });
    const factors = { firstFactors, requiredSecondaryFactors };
    return [row.id, { id: row.id, settings: own, config, ...factors, providers }];
  });
  return { id, realm, settings, config: readSettings(settings), tenants: new Map(tenants) };
}

/** Until something is set for it, the tenant that every app has is not stored. */
const NEW_PUBLIC: StoredTenant = {
  id: PUBLIC,
  settings: '{}',
  firstFactors: null,
  requiredSecondaryFactors: null,
  providers: '[]',
};

function unknownTenant(appId: string, tenantId: string): never {
  const missing =
    'Tenant with the following connectionURIDomain, appId and tenantId combination not found';
  const which = `(, ${appId}, ${tenantId})`;
  return refuse(400, `AppId or tenantId not found => ${missing}: ${which}`);
}
