import { eventType } from '../../../platform/events/events.js';

export const CORE_SESSION_CREATED = eventType('session.created', 'An SDK made a session');
export const CORE_TOKEN_REUSED = eventType(
  'session.lineage_reused',
  'A refresh token of another lineage was used: it may be stolen',
  { suspicious: true },
);

export const CORE_SESSION_EVENTS = [CORE_SESSION_CREATED, CORE_TOKEN_REUSED];
