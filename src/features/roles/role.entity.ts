import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';

const RoleSchema = defineEntity({
  name: 'Role',
  tableName: 'roles',
  properties: {
    name: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** What its holders may do, as OAuth scopes. */
    scopes: p.array().$type<string[]>(),
  },
});

/** A role that a realm defined. `admin` is built in, and never stored. */
export class StoredRole extends RoleSchema.class {}
RoleSchema.setClass(StoredRole);
