import { eventType } from '../../platform/events/events.js';

export const USER_INVITED = eventType('user.invited', 'A user was sent an invitation');
