import { eventType } from '../../platform/events/events.js';

export const DELETION_REQUESTED = eventType<{ readonly dueAt: string }>(
  'user.deletion_requested',
  'A user asked to be deleted when a time of grace is over',
);
export const DELETION_CANCELLED = eventType(
  'user.deletion_cancelled',
  'A user who had asked to be deleted signed in again',
);

export const ACCOUNT_DELETION_EVENTS = [DELETION_REQUESTED, DELETION_CANCELLED];
