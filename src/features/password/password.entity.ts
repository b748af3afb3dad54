import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';
import { Identity } from '../users/index.js';

const PasswordSchema = defineEntity({
  name: 'Password',
  tableName: 'passwords',
  properties: {
    identityId: p.uuid().primary(),
    /** That it exists follows from the identity's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    identity: () =>
      p.manyToOne(Identity).joinColumns('identity_id', 'realm_id').deleteRule('cascade'),
    /** argon2id in PHC string format, salt and parameters included. */
    hash: p.text(),
    updatedAt: p.datetime(),
  },
});

/** The password of an identity: at most one each. */
export class Password extends PasswordSchema.class {}
PasswordSchema.setClass(Password);
