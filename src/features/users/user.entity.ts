import { defineEntity, p } from '@mikro-orm/core';
import { Realm } from '../realms/realm.entity.js';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    realm: () => p.manyToOne(Realm).primary(),
    /** As typed; shown to people. */
    email: p.text(),
    /** What the address is matched on; unique in its realm. */
    emailNormalized: p.text(),
    emailVerifiedAt: p.datetime().nullable(),
    roles: p.array().$type<string[]>(),
    disabledAt: p.datetime().nullable(),
    createdAt: p.datetime(),
  },
  uniques: [
    { name: 'users_realm_id_email_normalized_unique', properties: ['realm', 'emailNormalized'] },
  ],
});

/** A person or machine that can sign in. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
