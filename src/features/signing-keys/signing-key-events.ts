import { eventType } from '../../platform/events/events.js';

export const SIGNING_KEY_CREATED = eventType<{ kid: string; activatesAt: Date }>(
  'signing_key.created',
  'A new signing key is published',
);

export const SIGNING_KEY_WITHDRAWN = eventType<{ kid: string }>(
  'signing_key.withdrawn',
  'A signing key was withdrawn; the tokens that it signed are refused',
  { suspicious: true },
);

export const SIGNING_KEY_EVENTS = [SIGNING_KEY_CREATED, SIGNING_KEY_WITHDRAWN];
