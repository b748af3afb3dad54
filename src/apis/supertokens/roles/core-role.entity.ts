import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const CoreRoleSchema = defineEntity({
  name: 'CoreRole',
  tableName: 'supertokens_roles',
  properties: {
    name: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    permissions: p.array().$type<string[]>(),
  },
});

/** A role of an application, with its permissions: any texts. */
export class CoreRole extends CoreRoleSchema.class {}
CoreRoleSchema.setClass(CoreRole);

const RoleAssignmentSchema = defineEntity({
  name: 'CoreRoleAssignment',
  tableName: 'supertokens_role_assignments',
  properties: {
    tenantId: p.text().primary(),
    subject: p.text().primary(),
    name: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    role: () => p.manyToOne(CoreRole).joinColumns('name', 'realm_id').deleteRule('cascade'),
  },
  indexes: [{ name: 'supertokens_role_assignments_role_index', properties: ['realm', 'name'] }],
});

/** That somebody has a role in a tenant. */
export class CoreRoleAssignment extends RoleAssignmentSchema.class {}
RoleAssignmentSchema.setClass(CoreRoleAssignment);
