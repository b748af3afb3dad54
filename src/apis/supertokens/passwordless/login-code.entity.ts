import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const LoginDeviceSchema = defineEntity({
  name: 'LoginDevice',
  tableName: 'supertokens_login_devices',
  properties: {
    /** SHA-256 of the device's secret id, base64url: what SDKs call preAuthSessionId. */
    idHash: p.text().primary(),
    tenantId: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    email: p.text().nullable(),
    phone: p.text().nullable(),
    linkSalt: p.blob(),
    failedAttempts: p.integer(),
  },
  indexes: [
    { name: 'supertokens_login_devices_email_index', properties: ['realm', 'email'] },
    { name: 'supertokens_login_devices_phone_index', properties: ['realm', 'phone'] },
  ],
});

/** A browser or app in which somebody asked for a code. */
export class LoginDevice extends LoginDeviceSchema.class {}
LoginDeviceSchema.setClass(LoginDevice);

const LoginCodeSchema = defineEntity({
  name: 'LoginCode',
  tableName: 'supertokens_login_codes',
  properties: {
    id: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    tenantId: p.text(),
    deviceHash: p.text(),
    device: () =>
      p
        .manyToOne(LoginDevice)
        .joinColumns('device_hash', 'tenant_id', 'realm_id')
        .deleteRule('cascade'),
    /** SHA-256 of the link code, which only whoever has device and code can compute. */
    linkCodeHash: p.text(),
    createdAt: p.datetime(),
  },
  uniques: [
    {
      name: 'supertokens_login_codes_link_code_unique',
      properties: ['realm', 'tenantId', 'linkCodeHash'],
    },
  ],
  indexes: [{ name: 'supertokens_login_codes_device_index', properties: ['realm', 'deviceHash'] }],
});

/** A code that was sent; good for as long as the tenant says. */
export class LoginCode extends LoginCodeSchema.class {}
LoginCodeSchema.setClass(LoginCode);
