import type { Realm } from '../../kernel/realm.js';
import { feature } from '../../platform/feature.js';
import { AuditResolver, filterOf } from './audit.resolver.js';
import { StoredAuditEvent } from './audit-event.entity.js';
import { allAuditEvents, insertAuditEvent } from './audit-event.store.js';
import { AUDIT_SETTINGS } from './audit-settings.js';
import type { AuditFilterInput } from './audit-types.js';

export { cleanupAuditEvents } from './cleanup-audit-events.js';

/** What happened, by whom and to whom: written with what it tells of, kept for administrators. */
export const audit = feature({
  name: 'audit',
  settings: AUDIT_SETTINGS,
  entities: [StoredAuditEvent],
  resolvers: [AuditResolver],
  create({ database, events }) {
    events.on(insertAuditEvent);
    const all = (realm: Realm, filter: AuditFilterInput) =>
      allAuditEvents(database, realm, filterOf(filter));
    return { parts: { all }, resolvers: [new AuditResolver(database)] };
  },
});
