import { createHash, timingSafeEqual } from 'node:crypto';
import { refuse } from './core-error.js';

/** Refuses a call without one of the keys, if there are any. */
export function checkApiKey(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  keys: readonly string[],
): void {
  if (keys.length === 0) return;
  const sent = headers['api-key'] ?? headers.authorization;
  const key =
    typeof sent === 'string'
      ? sent
          .trim()
          .replace(/^bearer\s+/i, '')
          .trim()
      : '';
  // Each is compared, and in full: the time must not tell how much of which was right.
  const matches = keys.map((expected) => isSame(key, expected));
  if (!matches.includes(true)) refuse(401, 'Invalid API key');
}

function isSame(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}
