import { z } from 'zod';
import type { Database } from '../../../platform/database/database.js';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { name, optionalTexts, text } from '../protocol/fields.js';
import {
  addRole,
  assignRole,
  deleteRole,
  findPermissions,
  holdersOf,
  listRoles,
  removePermissions,
  rolesOf,
  unassignRole,
} from './core-role.store.js';

const UNKNOWN_ROLE = { status: 'UNKNOWN_ROLE_ERROR' };
const ROLE = z.object({ role: name('role') });
const ASSIGNMENT = z.object({ userId: text, role: name('role') });
const WITH_PERMISSIONS = z.object({ role: name('role'), permissions: optionalTexts });

/** The roles of an app, and who has which in a tenant. */
export function roleEndpoints({ database }: { readonly database: Database }): Endpoint[] {
  return [
    endpoint({
      method: 'PUT',
      path: '/recipe/role',
      scope: 'app',
      input: WITH_PERMISSIONS,
      handle: async ({ realm }, { role, permissions = [] }) => ({
        ...OK,
        createdNewRole: await addRole(database, realm, { name: role, permissions }),
      }),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user/role',
      scope: 'tenant',
      input: ASSIGNMENT,
      handle: async ({ realm, tenant }, { userId: subject, role }) => {
        const assignment = { tenantId: tenant.id, subject, name: role };
        const added = await assignRole(database, realm, assignment);
        if (!added && (await findPermissions(database, realm, role)) === undefined) {
          return UNKNOWN_ROLE;
        }
        return { ...OK, didUserAlreadyHaveRole: !added };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user/roles',
      scope: 'tenant',
      input: z.object({ userId: text }),
      handle: async ({ realm, tenant }, { userId: subject }) => ({
        ...OK,
        roles: await rolesOf(database, realm, { tenantId: tenant.id, subject }),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/role/remove',
      scope: 'tenant',
      input: ASSIGNMENT,
      handle: async ({ realm, tenant }, { userId: subject, role }) => {
        if ((await findPermissions(database, realm, role)) === undefined) return UNKNOWN_ROLE;
        const assignment = { tenantId: tenant.id, subject, name: role };
        return { ...OK, didUserHaveRole: await unassignRole(database, realm, assignment) };
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
        return { ...OK, users: await holdersOf(database, realm, which) };
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
      handle: async ({ realm }, { role, permissions = null }) =>
        (await removePermissions(database, realm, role, permissions)) ? OK : UNKNOWN_ROLE,
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
      handle: async ({ realm }, { role }) => ({
        ...OK,
        didRoleExist: await deleteRole(database, realm, role),
      }),
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
