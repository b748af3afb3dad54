import { createHmac } from 'node:crypto';
import type { Randomness } from '../../kernel/randomness.js';

const PREFIX = 'whsec_';
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

/** What is sent, and as what (Standard Webhooks). */
export interface SignedMessage {
  /** The same for every try. */
  readonly id: string;
  /** Of this try, in whole seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

export function newSecret(randomness: Randomness): string {
  return PREFIX + randomness(SECRET_BYTES).toString('base64');
}

/**
 * The headers of a message that is signed with each of these secrets (Standard Webhooks 1.0.0:
 * `v1`, HMAC-SHA-256 of id, timestamp and body, joined by dots). A receiver takes it when one of
 * the signatures is right. Pure.
 */
export function signedHeaders(
  secrets: readonly string[],
  { id, timestamp, body }: SignedMessage,
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': `${timestamp}`,
    'webhook-signature': signatures.join(' '),
  };
}
