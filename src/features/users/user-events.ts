import { eventType } from '../../platform/events/events.js';

/** `method`: by which way they are known first. */
export const USER_CREATED = eventType<{ method: string }>('user.created', 'A user was made');

export const USER_EVENTS = [USER_CREATED];
