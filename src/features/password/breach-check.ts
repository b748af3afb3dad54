import { createHash } from 'node:crypto';
import type { Log } from '../../kernel/log.js';
import { safeReason } from '../../platform/database/database-failure.js';

/** Whoever signs up waits for it. */
const TIMEOUT_MS = 2_000;
const PREFIX_LENGTH = 5;
/** Some 800 hashes come with a prefix, and the padding about as many again. */
const MAX_ANSWER_BYTES = 1_000_000;

/**
 * Asks a service of the form of Have I Been Pwned's range API whether a password stands in a known
 * breach: it is told the first five hex digits of the password's SHA-1, and answers with all hashes
 * that begin so (https://haveibeenpwned.com/API/v3#PwnedPasswords). Rejects when it does not.
 */
export async function isBreached(rangeUrl: string, password: string): Promise<boolean> {
  const hash = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
  const [prefix, suffix] = [hash.slice(0, PREFIX_LENGTH), hash.slice(PREFIX_LENGTH)];
  const response = await fetch(`${rangeUrl}/${prefix}`, {
    headers: { 'add-padding': 'true', 'user-agent': 'authgraph' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  for (const line of (await readBounded(response)).split('\n')) {
    const [candidate, count] = line.trim().split(':');
    // Padding has a count of zero.
    if (candidate?.toUpperCase() === suffix) return Number(count) > 0;
  }
  return false;
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('it answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

export type BreachCheck = (password: string) => Promise<boolean>;

/** The same, letting every password pass while nobody answers: sign-up must not depend on it. */
export function breachCheck(rangeUrl: string | undefined, log: Log): BreachCheck {
  if (rangeUrl === undefined) return async () => false;
  return async (password) => {
    try {
      return await isBreached(rangeUrl, password);
    } catch (error) {
      const fields = { event: 'password.breach_check_failed', reason: safeReason(error) };
      log.warn(fields, 'Could not ask whether a password was in a breach; it is let pass');
      return false;
    }
  };
}
