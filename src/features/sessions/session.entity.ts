import { defineEntity, p } from '@mikro-orm/core';
import { Realm } from '../realms/realm.entity.js';
import { User } from '../users/user.entity.js';

/** Why a session is over, other than by expiring. */
export type SessionEndReason = 'signed_out' | 'refresh_token_reused';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    realm: () => p.manyToOne(Realm).primary(),
    user: () => p.manyToOne(User).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime(),
    /** The nearer of the idle and the absolute limit. */
    expiresAt: p.datetime(),
    absoluteExpiresAt: p.datetime(),
    endedAt: p.datetime().nullable(),
    endReason: p.text().$type<SessionEndReason>().nullable(),
    /** How the user proved who they are, as RFC 8176 method names. */
    amr: p.array().$type<string[]>(),
    ipAddress: p.text().nullable(),
    userAgent: p.text().nullable(),
    /** How many times the refresh token was rotated. */
    generation: p.integer(),
    /** SHA-256 of the secret in the refresh token that is valid now. */
    currentHash: p.blob(),
    /** SHA-256 of its immediate predecessor's secret, and when that was spent. */
    previousHash: p.blob().nullable(),
    rotatedAt: p.datetime().nullable(),
    /** With the predecessor's secret (which is not stored) this yields the current one. */
    successorNonce: p.blob().nullable(),
  },
  indexes: [
    { name: 'sessions_realm_id_user_id_id_index', properties: ['realm', 'user', 'id'] },
    { name: 'sessions_realm_id_ended_at_index', properties: ['realm', 'endedAt'] },
    {
      name: 'sessions_realm_id_absolute_expires_at_index',
      properties: ['realm', 'absoluteExpiresAt'],
    },
  ],
});

/** One sign-in on one device, and the lineage of refresh tokens that keeps it alive. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);
