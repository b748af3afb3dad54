import { eventType } from '../../platform/events/events.js';

export const ROLE_SAVED = eventType<{ role: string; scopes: readonly string[] }>(
  'role.saved',
  'A role was made, or what it grants was changed',
);
export const ROLE_DELETED = eventType<{ role: string }>('role.deleted', 'A role was deleted');

export const ROLE_EVENTS = [ROLE_SAVED, ROLE_DELETED];
