import { eventType } from '../../platform/events/events.js';

export const ROLE_GRANTED = eventType<{ role: string }>(
  'user.role_granted',
  'A user was given a role',
);
export const ROLE_REVOKED = eventType<{ role: string }>(
  'user.role_revoked',
  'A role was taken from a user',
);

export const ADMINISTRATION_EVENTS = [ROLE_GRANTED, ROLE_REVOKED];
