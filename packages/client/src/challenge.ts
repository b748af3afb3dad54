/** A proof of work of ALTCHA, version 2, as the service makes them. */
interface Challenge {
  readonly parameters: {
    readonly algorithm: 'PBKDF2/SHA-256';
    readonly nonce: string;
    readonly salt: string;
    readonly cost: number;
    readonly keyLength: number;
    readonly keyPrefix: string;
  };
}

/** What an attempt may be answered with instead of its result. */
interface Challenged {
  readonly __typename: string;
  readonly challenge?: unknown;
}

/** WebCrypto works outside of the page's thread, on as many as there are. */
const AT_ONCE = 8;
/** Then the device is too slow: the caller gets to know that a challenge stands in the way. */
const LONGEST_MS = 60_000;
const COUNTER_BYTES = 4;

/**
 * Makes an attempt, and once more with the solution when it is answered with a challenge. Resolves
 * to the challenge where it cannot be solved.
 */
export async function solvingChallenges<Result extends Challenged>(
  attempt: (challengeSolution: string | null) => Promise<Result>,
): Promise<Result> {
  const result = await attempt(null);
  if (result.__typename !== 'ChallengeRequired') return result;
  const solution = await solve(result.challenge);
  return solution === undefined ? result : attempt(solution);
}

/** Undefined without WebCrypto, for challenges of another kind, and when it takes too long. */
async function solve(challenge: unknown): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined || !isKnown(challenge)) return undefined;
  const { keyPrefix } = challenge.parameters;
  const deadline = Date.now() + LONGEST_MS;
  for (let from = 0; Date.now() < deadline; from += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, index) => from + index);
    const keys = await Promise.all(counters.map((counter) => derive(challenge, counter)));
    const found = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (found < 0) continue;
    const solution = { counter: from + found, derivedKey: keys[found] };
    return btoa(JSON.stringify({ challenge, solution }));
  }
  return undefined;
}

function isKnown(challenge: unknown): challenge is Challenge {
  const { parameters } = (challenge ?? {}) as Partial<Challenge>; // checked by what it holds
  return parameters?.algorithm === 'PBKDF2/SHA-256';
}

/** The key of one attempt, in hexadecimal digits. */
async function derive({ parameters }: Challenge, counter: number): Promise<string> {
  const { nonce, salt, cost: iterations, keyLength } = parameters;
  const start = bytesOf(nonce);
  const password = new Uint8Array(start.length + COUNTER_BYTES);
  password.set(start);
  new DataView(password.buffer).setUint32(start.length, counter);
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations };
  return hexOf(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
}

function bytesOf(hex: string) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
