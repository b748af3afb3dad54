import type { Realm } from '../../kernel/realm.js';
import { feature } from '../../platform/feature.js';
import { metadata } from '../metadata/index.js';
import { password } from '../password/index.js';
import { roles as rolesFeature } from '../roles/index.js';
import { exportedUsers } from './export.store.js';
import { ImportUsers } from './import-users.js';
import { USERS_IMPORTED } from './transfer-events.js';

/** Takes users over from other systems, and hands them on. */
export const transfer = feature({
  name: 'transfer',
  events: [USERS_IMPORTED],
  create({ database, clock, newId, events }, use) {
    use(password);
    use(metadata);
    const { roles } = use(rolesFeature);
    return {
      parts: {
        importUsers: new ImportUsers({ database, clock, newId, events, roles }),
        exportUsers: (realm: Realm, options: { readonly passwords: boolean }) =>
          exportedUsers(database, realm, options),
      },
    };
  },
});
