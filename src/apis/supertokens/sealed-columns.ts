import type { SealedColumn } from '../../platform/seals/sealed-column.js';

/** What is sealed at rest, for a change of the secret. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'supertokens_keys',
    column: 'sealed_private_jwk',
    purpose: 'supertokens-keys',
    key: ['realm_id', 'kid'],
    context: ([realmId, kid]) => `supertokens-key:${realmId}:${kid}`,
  },
  {
    table: 'supertokens_refresh_keys',
    column: 'sealed_key',
    purpose: 'supertokens-imported-refresh-keys',
    key: ['realm_id'],
    context: ([realmId]) => `supertokens-imported-refresh-key:${realmId}`,
  },
  {
    table: 'supertokens_totp_devices',
    column: 'sealed_secret',
    purpose: 'supertokens-totp',
    key: ['realm_id', 'subject', 'name'],
    context: ([realmId, subject]) => `supertokens-totp:${realmId}:${subject}`,
  },
];
