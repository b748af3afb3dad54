import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';
import { User } from './user.entity.js';

const IdentitySchema = defineEntity({
  name: 'Identity',
  tableName: 'identities',
  properties: {
    id: p.uuid().primary(),
    /** That it exists follows from the user's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    user: () => p.manyToOne(User).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    /** Such as `password`, `email`, `phone`, `google`. */
    method: p.text(),
    /** Who this is to the method: a normalised address, a number, a provider's user id. */
    subject: p.text(),
    /** The address that comes with it, as typed. */
    email: p.text().nullable(),
    /** A number that comes with it beside an address. */
    phone: p.text().nullable(),
    /** Since when the address or number is known to be the user's. */
    verifiedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime().nullable(),
  },
  indexes: [{ name: 'identities_realm_id_user_id_index', properties: ['realm', 'user'] }],
});

/** One way by which a user is known. */
export class Identity extends IdentitySchema.class {}
IdentitySchema.setClass(Identity);

const IdentityTenantSchema = defineEntity({
  name: 'IdentityTenant',
  tableName: 'identity_tenants',
  properties: {
    /** That it exists follows from the identity's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    tenantId: p.text().primary(),
    method: p.text().primary(),
    subject: p.text().primary(),
    identity: () =>
      p.manyToOne(Identity).joinColumns('identity_id', 'realm_id').deleteRule('cascade'),
  },
  indexes: [
    { name: 'identity_tenants_realm_id_identity_id_index', properties: ['realm', 'identity'] },
  ],
});

/**
 * Where an identity is known: within a tenant of a realm each method has a subject once. Realms
 * have the one tenant `public` unless the SuperTokens interface makes others.
 */
export class IdentityTenant extends IdentityTenantSchema.class {}
IdentityTenantSchema.setClass(IdentityTenant);
