import { feature } from '../../platform/feature.js';
import { invitations } from '../invitations/index.js';
import { password } from '../password/index.js';
import { roles as rolesFeature } from '../roles/index.js';
import { sessions } from '../sessions/index.js';
import { users as usersFeature } from '../users/index.js';
import { ADMINISTRATION_EVENTS } from './administration-events.js';
import { FindUsers } from './find-users.js';
import { ManageRoles } from './manage-roles.js';
import { ManageRolesResolver } from './manage-roles.resolver.js';
import { ManageUsers } from './manage-users.js';
import { ManageUsersResolver } from './manage-users.resolver.js';
import { UsersResolver } from './users.resolver.js';

export { ROLE_GRANTED, ROLE_REVOKED } from './administration-events.js';
export { DeleteAccountResult } from './administration-types.js';
export type { ManageUsers } from './manage-users.js';

export type { UserRow } from './user-rows.store.js';

/** What administrators do with users: find, make, disable, delete, and give roles. */
export const administration = feature({
  name: 'administration',
  resolvers: [UsersResolver, ManageUsersResolver, ManageRolesResolver],
  events: ADMINISTRATION_EVENTS,
  create({ database, clock, events, errors }, use) {
    const { find } = use(usersFeature);
    const { roles } = use(rolesFeature);
    const { endSessions } = use(sessions);
    const { signUp } = use(password);
    const { invite } = use(invitations);
    const users = new ManageUsers({ database, clock, events, roles, endSessions });
    const roleHolders = new ManageRoles({ database, events, roles, endSessions, users });
    return {
      parts: { find: new FindUsers(database), users, roleHolders },
      resolvers: [
        new UsersResolver(database, find),
        new ManageUsersResolver({ errors, signUp, invite, users }),
        new ManageRolesResolver(errors, roleHolders),
      ],
    };
  },
});
