import { z } from 'zod';
import { ADMIN } from '../../../features/roles/index.js';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { name, optionalTexts, text } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import { findPermissions, listRoles } from './core-role.store.js';
import { GiveRoles, type GiveRolesDeps, userOf } from './give-roles.js';
import { holdersOf, rolesOf } from './role-holders.store.js';

const UNKNOWN_ROLE = { status: 'UNKNOWN_ROLE_ERROR' };
const ROLE = z.object({ role: name('role') });
const ASSIGNMENT = z.object({ userId: text, role: name('role') });
const WITH_PERMISSIONS = z.object({ role: name('role'), permissions: optionalTexts });

/** The roles of an app, and who has which in a tenant. */
export function roleEndpoints(deps: GiveRolesDeps): Endpoint[] {
  const { database } = deps;
  const give = new GiveRoles(deps);
  return [
    endpoint({
      method: 'PUT',
      path: '/recipe/role',
      scope: 'app',
      input: WITH_PERMISSIONS,
      handle: async (call, { role, permissions = [] }) => ({
        ...OK,
        createdNewRole: await give.save(call, role, permissions),
      }),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user/role',
      scope: 'tenant',
      input: ASSIGNMENT,
      handle: async (call, { userId: subject, role }) => {
        const didUserAlreadyHaveRole = await give.give(call, subject, role);
        return didUserAlreadyHaveRole === undefined
          ? UNKNOWN_ROLE
          : { ...OK, didUserAlreadyHaveRole };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user/roles',
      scope: 'tenant',
      input: z.object({ userId: text }),
      handle: async (call, { userId: subject }) => {
        const { realm, tenant } = call;
        const userId = await userOf(database, call, subject);
        const which = { tenantId: tenant.id, subject };
        return { ...OK, roles: await rolesOf(database, realm, which, userId) };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/role/remove',
      scope: 'tenant',
      input: ASSIGNMENT,
      handle: async (call, { userId: subject, role }) => {
        const didUserHaveRole = await give.take(call, subject, role);
        return didUserHaveRole === undefined ? UNKNOWN_ROLE : { ...OK, didUserHaveRole };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/role/users',
      scope: 'tenant',
      input: ROLE,
      handle: async ({ realm, tenant }, { role }) => {
        if ((await findPermissions(database, realm, role)) === undefined) return UNKNOWN_ROLE;
        const which = { tenantId: tenant.id, name: role };
        const ofGraph = tenant.id === PUBLIC && role !== ADMIN;
        return { ...OK, users: await holdersOf(database, realm, which, { ofGraph }) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/role/permissions',
      scope: 'app',
      input: ROLE,
      handle: async ({ realm }, { role }) => {
        const permissions = await findPermissions(database, realm, role);
        return permissions === undefined ? UNKNOWN_ROLE : { ...OK, permissions };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/role/permissions/remove',
      scope: 'app',
      input: WITH_PERMISSIONS,
      handle: async (call, { role, permissions = null }) =>
        (await give.narrow(call, role, permissions)) ? OK : UNKNOWN_ROLE,
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/permission/roles',
      scope: 'app',
      input: z.object({ permission: name('permission') }),
      handle: async ({ realm }, { permission }) => ({
        ...OK,
        roles: await listRoles(database, realm, permission),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/role/remove',
      scope: 'app',
      input: ROLE,
      handle: async (call, { role }) => ({ ...OK, didRoleExist: await give.delete(call, role) }),
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/roles',
      scope: 'app',
      input: z.object({}),
      handle: async ({ realm }) => ({ ...OK, roles: await listRoles(database, realm) }),
    }),
  ];
}
