import { eventType } from '../../platform/events/events.js';
import type { SessionEndReason } from './session.entity.js';

export const SIGNED_IN = eventType<{ amr: readonly string[] }>(
  'user.signed_in',
  'A user signed in: there is a new session',
);

export const NEW_DEVICE = eventType<{ device: string | null }>(
  'user.new_device',
  'A user signed in on a kind of device on which they never did before',
);

export const SESSION_ENDED = eventType<{
  reason: SessionEndReason;
  sessionIds: readonly string[];
}>('session.ended', 'Sessions were ended before their time');

export const TOKEN_REUSED = eventType(
  'session.token_reused',
  'A spent refresh token was used again; the session is ended',
  { suspicious: true },
);

export const TOKEN_REPLAYED = eventType(
  'session.token_replayed',
  'A refresh token that was spent a moment ago came again and was given the same successor',
);

export const TOKEN_UNPROVEN = eventType(
  'session.token_unproven',
  'A refresh token came without a proof of the key that its session needs',
  { suspicious: true },
);

export const SESSION_EVENTS = [
  SIGNED_IN,
  NEW_DEVICE,
  SESSION_ENDED,
  TOKEN_REUSED,
  TOKEN_REPLAYED,
  TOKEN_UNPROVEN,
];
