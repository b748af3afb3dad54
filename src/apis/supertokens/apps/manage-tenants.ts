import type { EndSessions } from '../../../features/sessions/index.js';
import type { Caller } from '../../../kernel/caller.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import { findStoredSessions } from '../session/core-session.store.js';
import { revokeCoreSessions } from '../session/revoke-core-sessions.js';
import type { App } from './app.js';
import {
  clearTenant,
  deleteTenant,
  findTenants,
  lockApp,
  type StoredTenant,
  saveTenant,
} from './app.store.js';
import type { AppDirectory } from './app-directory.js';
import { mergeSettings } from './core-config.js';

export interface ManageTenantsDeps {
  readonly database: Database;
  readonly apps: AppDirectory;
  readonly endSessions: EndSessions;
  readonly shortKeyIntervals: boolean;
}

/** What a call changes; what is left out stays. */
export interface TenantChange {
  readonly settings?: JsonObject | undefined;
  readonly firstFactors?: string[] | null | undefined;
  readonly requiredSecondaryFactors?: string[] | null | undefined;
}

export class ManageTenants {
  readonly #deps: ManageTenantsDeps;

  constructor(deps: ManageTenantsDeps) {
    this.#deps = deps;
  }

  /** Resolves to whether it was made. */
  async save(app: App, id: string, change: TenantChange): Promise<boolean> {
    const { shortKeyIntervals } = this.#deps;
    return this.#change(app, id, (before, isNew) => {
      const options = { shortKeyIntervals, ofTenant: true };
      const settings = mergeSettings(JSON.parse(before.settings), change.settings ?? {}, options);
      const { firstFactors = before.firstFactors, requiredSecondaryFactors } = change;
      const tenant = {
        ...before,
        settings: JSON.stringify(settings),
        firstFactors,
        requiredSecondaryFactors:
          requiredSecondaryFactors === undefined
            ? before.requiredSecondaryFactors
            : requiredSecondaryFactors,
      };
      return { tenant, result: isNew && id !== PUBLIC };
    });
  }

  /** Changes the list of its providers; resolves to what `change` says beside that. */
  async changeProviders<Result>(
    app: App,
    id: string,
    change: (before: readonly JsonObject[]) => { providers: JsonObject[]; result: Result },
  ): Promise<Result> {
    return this.#change(app, id, (before) => {
      const { providers, result } = change(JSON.parse(before.providers));
      return { tenant: { ...before, providers: JSON.stringify(providers) }, result };
    });
  }

  /** With its sessions, roles and memberships; users whom it leaves without a tenant stay. */
  async delete({ realm }: App, id: string, caller: Caller): Promise<boolean> {
    const { database, apps, endSessions } = this.#deps;
    const existed = await database.transaction(async (sql) => {
      if (!(await deleteTenant(sql, realm, id))) return false;
      const sessions = await findStoredSessions(sql, realm, { tenantId: id });
      const ids = sessions.map((session) => session.id);
      await revokeCoreSessions(sql, realm, ids, { endSessions, caller });
      await clearTenant(sql, realm, id);
      return true;
    });
    await apps.announce(realm.id);
    return existed;
  }

  async #change<Result>(
    { realm }: App,
    id: string,
    work: (before: StoredTenant, isNew: boolean) => { tenant: StoredTenant; result: Result },
  ): Promise<Result> {
    const { database, apps } = this.#deps;
    const changed = await database.transaction(async (sql: SqlExecutor) => {
      await lockApp(sql, realm.id);
      const before = (await findTenants(sql, realm.id)).find((tenant) => tenant.id === id);
      const { tenant, result } = work(before ?? newTenant(id), before === undefined);
      await saveTenant(sql, realm, tenant);
      return result;
    });
    await apps.announce(realm.id);
    return changed;
  }
}

/** The public tenant has every factor until something else is said, another one none. */
function newTenant(id: string): StoredTenant {
  const firstFactors = id === PUBLIC ? null : [];
  return { id, settings: '{}', firstFactors, requiredSecondaryFactors: null, providers: '[]' };
}
