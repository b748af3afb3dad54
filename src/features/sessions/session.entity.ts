import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';
import { StoredUser } from '../users/index.js';

/** Why a session is over, other than by expiring. */
export type SessionEndReason =
  | 'signed_out'
  | 'refresh_token_reused'
  | 'revoked'
  | 'role_revoked'
  | 'password_changed'
  | 'email_changed'
  | 'user_disabled'
  | 'user_deleted';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    /** That it exists follows from the user's. */
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    user: () => p.manyToOne(StoredUser).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime(),
    /** The nearer of the idle and the absolute limit. */
    expiresAt: p.datetime(),
    absoluteExpiresAt: p.datetime(),
    /**
     * When the access token of the last rotation expires; null for sessions of the first version.
     */
    accessExpiresAt: p.datetime().nullable(),
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
    /** RFC 7638 thumbprint of the client's key; null for a bearer session. */
    keyThumbprint: p.text().nullable(),
  },
  indexes: [
    { name: 'sessions_realm_id_user_id_id_index', properties: ['realm', 'user', 'id'] },
    { name: 'sessions_ended_at_index', properties: ['endedAt'], where: 'ended_at is not null' },
    {
      name: 'sessions_realm_id_absolute_expires_at_index',
      properties: ['realm', 'absoluteExpiresAt'],
    },
  ],
});

/** One sign-in on one device, and the lineage of refresh tokens that keeps it alive. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);
