import { feature } from '../../platform/feature.js';
import { StoredRole } from './role.entity.js';
import { ROLE_PROBLEMS } from './role-errors.js';
import { ROLE_EVENTS } from './role-events.js';
import { Roles } from './roles.js';
import { RolesResolver } from './roles.resolver.js';

export { StoredRole } from './role.entity.js';
export { ADMIN, ADMIN_ROLE, isRoleName, roleProblem, scopesOf } from './role.policy.js';
export { InvalidRole, LastAdministrator } from './role-errors.js';
export { ROLE_DELETED, ROLE_SAVED } from './role-events.js';
export type { Roles } from './roles.js';

/** What users may do: roles, and the scopes that they grant. */
export const roles = feature({
  name: 'roles',
  entities: [StoredRole],
  resolvers: [RolesResolver],
  problems: ROLE_PROBLEMS,
  events: ROLE_EVENTS,
  create({ database, errors, events }) {
    const own = new Roles({ database, events });
    return { parts: { roles: own }, resolvers: [new RolesResolver(errors, own)] };
  },
});
