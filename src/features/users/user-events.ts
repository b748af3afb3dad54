import { eventType } from '../../platform/events/events.js';

/** `method`: that of their first identity. */
export const USER_CREATED = eventType<{ method: string }>('user.created', 'A user was made');

export const USER_UPDATED = eventType<{ changed: readonly string[] }>(
  'user.updated',
  'What is stored of a user was changed',
);
export const USER_VERIFIED = eventType('user.verified', "An address was shown to be its user's");
export const USER_DISABLED = eventType('user.disabled', 'A user was disabled');
export const USER_ENABLED = eventType('user.enabled', 'A user was enabled again');
export const USER_DELETED = eventType('user.deleted', 'A user was deleted');

export const USER_EVENTS = [
  USER_CREATED,
  USER_VERIFIED,
  USER_UPDATED,
  USER_DISABLED,
  USER_ENABLED,
  USER_DELETED,
];
