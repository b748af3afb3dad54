import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const CoreMetadataSchema = defineEntity({
  name: 'CoreMetadata',
  tableName: 'supertokens_metadata',
  properties: {
    subject: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** JSON, as text: it may hold what `jsonb` refuses. */
    data: p.text(),
  },
});

/** What an application keeps of a user. */
export class CoreMetadata extends CoreMetadataSchema.class {}
CoreMetadataSchema.setClass(CoreMetadata);
