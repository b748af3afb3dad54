import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { findTenants, saveTenant } from '../apps/app.store.js';
import { mergeSettings } from '../apps/core-config.js';
import { CoreError } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import { readTenants } from './core-settings-source.store.js';
import { readProviders } from './provider-source.store.js';
import type { CoreSource } from './source.js';

/** What of a core's configuration means something here. */
export function knownSettings(json: string, ofTenant: boolean): JsonObject {
  let known: JsonObject = {};
  const all: JsonObject = JSON.parse(json);
  for (const [key, value] of Object.entries(all)) {
    try {
      known = mergeSettings(known, { [key]: value }, { shortKeyIntervals: false, ofTenant });
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
    }
  }
  return known;
}

/** Resolves to how many were new. One that is there stays as it is. */
export async function adoptTenants(
  source: CoreSource,
  sql: SqlExecutor,
  realm: Realm,
  appId: string,
): Promise<number> {
  const there = new Set((await findTenants(sql, realm.id)).map(({ id }) => id));
  const providers = await readProviders(source, appId);
  const tenants = (await readTenants(source, appId)).filter(({ id }) => !there.has(id));
  for (const { id, settings, firstFactors, requiredSecondaryFactors } of tenants) {
    const own = id === PUBLIC ? {} : knownSettings(settings, true);
    await saveTenant(sql, realm, {
      ...{ id, firstFactors, requiredSecondaryFactors },
      settings: JSON.stringify(own),
      providers: JSON.stringify(providers.get(id) ?? []),
    });
  }
  return tenants.length;
}
