import { eventType } from '../../platform/events/events.js';

interface Denied {
  readonly code: string | null;
}

export const SIGN_UP_DENIED = eventType<Denied>(
  'user.sign_up_denied',
  'The application refused a sign-up',
);
export const SIGN_IN_DENIED = eventType<Denied>(
  'user.sign_in_denied',
  'The application refused a sign-in',
);

export const HOOK_EVENTS = [SIGN_UP_DENIED, SIGN_IN_DENIED];
