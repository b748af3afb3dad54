import { defineEntity, p } from '@mikro-orm/core';
import type { JWK } from 'jose';
import { StoredRealm } from '../realms/index.js';

const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    /** RFC 7638 thumbprint of the public key. */
    kid: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    algorithm: p.text(),
    publicJwk: p.json().$type<JWK>(),
    /** The private JWK under AES-256-GCM; bound to realm and kid. */
    sealedPrivateJwk: p.blob(),
    createdAt: p.datetime(),
    /** From when it signs. Before that it is only published. */
    activatesAt: p.datetime(),
  },
});

/** A key pair that signs access tokens. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);
