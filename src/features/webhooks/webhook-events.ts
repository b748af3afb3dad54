import { eventType } from '../../platform/events/events.js';

/** `host`: the rest of a URL may hold a secret of its receiver's. */
export const WEBHOOK_SAVED = eventType<{
  webhookId: string;
  host: string;
  events: readonly string[];
}>('webhook.saved', 'A webhook was made or changed');

export const WEBHOOK_SECRET_ROTATED = eventType<{ webhookId: string }>(
  'webhook.secret_rotated',
  'A webhook got another secret',
);

export const WEBHOOK_DELETED = eventType<{ webhookId: string }>(
  'webhook.deleted',
  'A webhook was deleted',
);

export const WEBHOOK_SWITCHED_OFF = eventType<{ webhookId: string; reason: string }>(
  'webhook.switched_off',
  'A webhook is told nothing any more, since its deliveries failed for too long',
);

export const WEBHOOK_EVENTS = [
  WEBHOOK_SAVED,
  WEBHOOK_SECRET_ROTATED,
  WEBHOOK_DELETED,
  WEBHOOK_SWITCHED_OFF,
];
