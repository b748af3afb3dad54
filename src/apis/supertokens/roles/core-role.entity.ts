import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';
import { StoredRole } from '../../../features/roles/index.js';

const RoleAssignmentSchema = defineEntity({
  name: 'CoreRoleAssignment',
  tableName: 'supertokens_role_assignments',
  properties: {
    tenantId: p.text().primary(),
    subject: p.text().primary(),
    name: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    role: () => p.manyToOne(StoredRole).joinColumns('name', 'realm_id').deleteRule('cascade'),
  },
  indexes: [{ name: 'supertokens_role_assignments_role_index', properties: ['realm', 'name'] }],
});

/** That somebody has a role in a tenant, where the graph does not know it as a user's. */
export class CoreRoleAssignment extends RoleAssignmentSchema.class {}
RoleAssignmentSchema.setClass(CoreRoleAssignment);
