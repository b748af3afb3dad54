import { eventType } from '../../platform/events/events.js';

export const SIGN_IN_REFUSED = eventType(
  'user.sign_in_refused',
  'Somebody gave a wrong address or password',
);

export const PASSWORD_CHANGED = eventType('user.password_changed', 'A password was changed');

export const PASSWORD_EVENTS = [SIGN_IN_REFUSED, PASSWORD_CHANGED];
