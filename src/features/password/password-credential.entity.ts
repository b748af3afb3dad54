import { defineEntity, p } from '@mikro-orm/core';
import { Realm } from '../realms/realm.entity.js';
import { User } from '../users/user.entity.js';

const PasswordCredentialSchema = defineEntity({
  name: 'PasswordCredential',
  tableName: 'password_credentials',
  properties: {
    userId: p.uuid().primary(),
    realm: () => p.manyToOne(Realm).primary(),
    user: () => p.manyToOne(User).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    /** argon2id in PHC string format, salt and parameters included. */
    hash: p.text(),
    updatedAt: p.datetime(),
  },
});

/** A user's password: at most one each. */
export class PasswordCredential extends PasswordCredentialSchema.class {}
PasswordCredentialSchema.setClass(PasswordCredential);
