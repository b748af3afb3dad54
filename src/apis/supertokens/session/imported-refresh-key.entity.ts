import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const ImportedRefreshKeySchema = defineEntity({
  name: 'ImportedRefreshKey',
  tableName: 'supertokens_refresh_keys',
  properties: {
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** The key text of the core under AES-256-GCM; bound to the realm. */
    sealedKey: p.blob(),
  },
});

/** What a SuperTokens core encrypted its refresh tokens with, before its users came here. */
export class ImportedRefreshKey extends ImportedRefreshKeySchema.class {}
ImportedRefreshKeySchema.setClass(ImportedRefreshKey);
