import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** The primary address, as typed; shown to people. */
    email: p.text().nullable(),
    /** What that address is matched on. */
    emailNormalized: p.text().nullable(),
    /** Since when the primary address is known to be the user's. */
    emailVerifiedAt: p.datetime().nullable(),
    roles: p.array().$type<string[]>(),
    disabledAt: p.datetime().nullable(),
    publicMetadata: p.json().$type<object>().default('{}'),
    privateMetadata: p.json().$type<object>().default('{}'),
    createdAt: p.datetime(),
    /** What mails to them are written in: a language tag. */
    language: p.text().nullable(),
    /** When they are deleted, as they asked, unless they sign in before. */
    deletionDueAt: p.datetime().nullable(),
  },
  indexes: [
    { name: 'users_realm_id_email_normalized_index', properties: ['realm', 'emailNormalized'] },
    { name: 'users_realm_id_id_index', properties: ['realm', 'id'] },
    {
      name: 'users_disabled_index',
      properties: ['realm', 'id'],
      where: 'disabled_at is not null',
    },
    {
      name: 'users_roles_index',
      expression: 'create index users_roles_index on users using gin (roles)',
    },
    {
      name: 'users_email_prefix_index',
      expression:
        'create index users_email_prefix_index ' +
        'on users (realm_id, email_normalized text_pattern_ops)',
    },
  ],
});

/** Who: a person or machine that can sign in. How they are known are their identities. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
