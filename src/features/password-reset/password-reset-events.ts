import { eventType } from '../../platform/events/events.js';

export const RESET_REQUESTED = eventType(
  'user.password_reset_requested',
  'Somebody asked for a link to a new password',
);
