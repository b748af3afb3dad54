import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';
import { Identity, StoredUser } from '../../../features/users/index.js';

const ExternalIdSchema = defineEntity({
  name: 'ExternalId',
  tableName: 'supertokens_user_ids',
  properties: {
    /** Of the identity, which is what SDKs call a recipe user. */
    userId: p.uuid().primary(),
    /** That it exists follows from the identity's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    identity: () => p.manyToOne(Identity).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    externalId: p.text(),
    info: p.text().nullable(),
  },
  uniques: [
    { name: 'supertokens_user_ids_external_id_unique', properties: ['realm', 'externalId'] },
  ],
});

/** Another id under which an application knows a user. */
export class ExternalId extends ExternalIdSchema.class {}
ExternalIdSchema.setClass(ExternalId);

const PrimaryUserSchema = defineEntity({
  name: 'PrimaryUser',
  tableName: 'supertokens_primary_users',
  properties: {
    userId: p.uuid().primary(),
    /** That it exists follows from the user's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    user: () => p.manyToOne(StoredUser).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
  },
});

/** A user to whom others may be linked. One with several identities needs no row. */
export class PrimaryUser extends PrimaryUserSchema.class {}
PrimaryUserSchema.setClass(PrimaryUser);

const ActiveUserSchema = defineEntity({
  name: 'ActiveUser',
  tableName: 'supertokens_active_users',
  properties: {
    subject: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    lastActiveAt: p.datetime(),
  },
});

/** When somebody was last seen over this interface. */
export class ActiveUser extends ActiveUserSchema.class {}
ActiveUserSchema.setClass(ActiveUser);
