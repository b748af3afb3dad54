import type { Log } from '../../kernel/log.js';
import { type Realm, realmPath } from '../../kernel/realm.js';
import type { Platform } from '../../platform/platform.js';
import { parseOverrides } from '../../platform/settings/settings.js';
import type { RealmRow } from './realm.store.js';

/** Turns what is stored into a realm: the process's settings, with what the realm overrides. */
export type ReadRealm = (row: Pick<RealmRow, 'id' | 'settings'>) => Realm;

export function realmReader(platform: Platform, log: Log): ReadRealm {
  return ({ id, settings: texts }) => {
    const { values, problems } = parseOverrides(platform.allSettings, texts);
    // It was checked when it was set; a setting may have become stricter, or gone, since then.
    for (const { name, message } of problems) {
      log.warn({ realmId: id, name }, `A realm's setting has no effect: ${name} ${message}`);
    }
    return { id, issuer: issuerOf(platform, id), settings: { ...platform.settings, ...values } };
  };
}

export function issuerOf({ process }: Pick<Platform, 'process'>, realmId: string): string {
  return `${process.issuer}${realmPath(realmId)}`;
}
