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
    /** What applications mean by it beside that, in any text: tokens do not carry these. */
    permissions: p.array().$type<string[]>().default([]),
  },
});

/** A role that a realm defined. `admin` is built in, and never stored. */
export class StoredRole extends RoleSchema.class {}
RoleSchema.setClass(StoredRole);
