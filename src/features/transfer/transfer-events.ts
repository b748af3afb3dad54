import { eventType } from '../../platform/events/events.js';

export const USERS_IMPORTED = eventType<{ imported: number }>(
  'users.imported',
  'Users were taken over from another system',
);
