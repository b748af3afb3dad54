import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const CoreSessionSchema = defineEntity({
  name: 'CoreSession',
  tableName: 'supertokens_sessions',
  properties: {
    id: p.uuid().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    tenantId: p.text(),
    /** Whom the application said it is for: any text. The recipe user where there is one. */
    subject: p.text(),
    /**
     * Who that is, where it is one of ours: then `sessions` has a row of the same id, and this one
     * counts for as long as that does.
     */
    userId: p.uuid().nullable(),
    /** SHA-256, twice, of the refresh token that has children. */
    refreshHash: p.text(),
    usesStaticKey: p.boolean(),
    /** JSON: the application's own. */
    data: p.text(),
    /** JSON: what the application adds to the access token. */
    claims: p.text(),
    expiresAt: p.datetime(),
    createdAt: p.datetime(),
  },
  indexes: [
    { name: 'supertokens_sessions_subject_index', properties: ['realm', 'subject'] },
    { name: 'supertokens_sessions_user_index', properties: ['realm', 'userId'] },
    { name: 'supertokens_sessions_expires_at_index', properties: ['expiresAt'] },
  ],
});

/** A session that an SDK made, and the lineage of its refresh tokens. */
export class CoreSession extends CoreSessionSchema.class {}
CoreSessionSchema.setClass(CoreSession);
