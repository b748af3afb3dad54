import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const CoreKeySchema = defineEntity({
  name: 'CoreKey',
  tableName: 'supertokens_keys',
  properties: {
    /** `d-` and the milliseconds of its making, or `s-` and a UUID: SDKs look at the prefix. */
    kid: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** The private JWK under AES-256-GCM; bound to realm and kid. */
    sealedPrivateJwk: p.blob(),
    createdAt: p.datetime(),
  },
});

/** An RSA key pair that signs the access tokens of SDKs. */
export class CoreKey extends CoreKeySchema.class {}
CoreKeySchema.setClass(CoreKey);
