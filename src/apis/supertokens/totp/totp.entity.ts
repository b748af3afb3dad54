import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const TotpDeviceSchema = defineEntity({
  name: 'CoreTotpDevice',
  tableName: 'supertokens_totp_devices',
  properties: {
    subject: p.text().primary(),
    name: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** Base32 under AES-256-GCM; bound to realm, subject. */
    sealedSecret: p.blob(),
    period: p.integer(),
    skew: p.integer(),
    verified: p.boolean(),
    createdAt: p.datetime(),
  },
});

/** An authenticator app of somebody. */
export class CoreTotpDevice extends TotpDeviceSchema.class {}
TotpDeviceSchema.setClass(CoreTotpDevice);

const TotpAttemptSchema = defineEntity({
  name: 'CoreTotpAttempt',
  tableName: 'supertokens_totp_attempts',
  properties: {
    subject: p.text().primary(),
    tenantId: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    failed: p.integer(),
    lastFailedAt: p.datetime().nullable(),
    /** SHA-256 of codes that succeeded, with the milliseconds until which they are refused. */
    used: p.text(),
  },
});

/** How somebody fares with codes in a tenant, over all of their devices. */
export class CoreTotpAttempt extends TotpAttemptSchema.class {}
TotpAttemptSchema.setClass(CoreTotpAttempt);
