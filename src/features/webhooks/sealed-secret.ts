import type { SealedColumn } from '../../platform/seals/sealed-column.js';

export const SEAL_PURPOSE = 'webhooks';

/** What a webhook's secrets are bound to. The former one was the current one once. */
export function sealContext(realmId: string, id: string): string {
  return `webhook:${realmId}:${id}`;
}

export const SEALED_SECRETS: readonly SealedColumn[] = [
  'sealed_secret',
  'sealed_previous_secret',
].map((column) => ({
  table: 'webhooks',
  column,
  purpose: SEAL_PURPOSE,
  key: ['realm_id', 'id'],
  context: ([realmId = '', id = '']) => sealContext(realmId, id),
}));
