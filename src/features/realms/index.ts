import { feature } from '../../platform/feature.js';
import { ManageRealms } from './manage-realms.js';
import { realmReader } from './read-realm.js';
import { StoredRealm } from './realm.entity.js';
import { RealmDirectory } from './realm-directory.js';

export type { ManageRealms, SettingChanges } from './manage-realms.js';
export { StoredRealm } from './realm.entity.js';
export type { RealmRow } from './realm.store.js';

/** Isolated sets of users, sessions, keys and settings in one service. */
export const realms = feature({
  name: 'realms',
  entities: [StoredRealm],
  create(platform) {
    const { database, bus, log, allSettings } = platform;
    const directory = new RealmDirectory(database, bus, realmReader(platform, log));
    const manage = new ManageRealms({ database, bus, directory, allSettings });
    return { parts: { directory, manage } };
  },
});
