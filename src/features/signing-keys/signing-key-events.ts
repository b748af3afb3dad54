import { eventType } from '../../platform/events/events.js';

export const SIGNING_KEY_CREATED = eventType<{ kid: string; activatesAt: Date }>(
  'signing_key.created',
  'A new signing key is published',
);

export const SIGNING_KEY_EVENTS = [SIGNING_KEY_CREATED];
