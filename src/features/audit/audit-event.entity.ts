import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** UUIDv7: in the order of time. */
    id: p.uuid().primary(),
    type: p.text(),
    at: p.datetime(),
    /** Whoever acted; null for somebody anonymous, an operator, and the service itself. */
    actorId: p.uuid().nullable(),
    /** Whom it is about. They may be gone by now. */
    userId: p.uuid().nullable(),
    sessionId: p.uuid().nullable(),
    ipAddress: p.text().nullable(),
    userAgent: p.text().nullable(),
    operation: p.text().nullable(),
    via: p.text(),
    details: p.json().$type<object>(),
  },
  indexes: [
    {
      name: 'audit_events_user_index',
      properties: ['realm', 'userId', 'id'],
      where: 'user_id is not null',
    },
    { name: 'audit_events_type_index', properties: ['realm', 'type', 'id'] },
  ],
});

/** Something that happened. */
export class StoredAuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(StoredAuditEvent);
