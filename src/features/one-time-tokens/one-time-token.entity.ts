import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';
import { StoredUser } from '../users/index.js';

const OneTimeTokenSchema = defineEntity({
  name: 'OneTimeToken',
  tableName: 'one_time_tokens',
  properties: {
    /** SHA-256 of the token. */
    hash: p.blob().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** The only thing that it is good for. */
    purpose: p.text(),
    /** Whose it is: a user's id, or an address that is nobody's yet. */
    subject: p.text(),
    user: () =>
      p.manyToOne(StoredUser).joinColumns('user_id', 'realm_id').nullable().deleteRule('cascade'),
    /** What the flow that spends it has to know. */
    data: p.json(),
    createdAt: p.datetime(),
    /** Brought forward when a newer token takes its place. */
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
  indexes: [
    {
      name: 'one_time_tokens_realm_id_subject_purpose_index',
      properties: ['realm', 'subject', 'purpose'],
    },
    { name: 'one_time_tokens_realm_id_user_id_index', properties: ['realm', 'user'] },
    { name: 'one_time_tokens_expires_at_index', properties: ['expiresAt'] },
  ],
});

/** What a link in a mail carries, good for one thing, once. */
export class OneTimeToken extends OneTimeTokenSchema.class {}
OneTimeTokenSchema.setClass(OneTimeToken);
