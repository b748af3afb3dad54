import { randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AuthError } from '../../kernel/auth-error.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Beyond this many waiting, an answer would come too late to be of use. */
const MAX_WAITING = 1_000;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/;

/** Hashes and verifies passwords, a bounded number at a time, so that hashing never starves the rest of the service. */
export interface PasswordHasher {
  /** Resolves to a PHC string. Rejects with RATE_LIMITED when too many are waiting. */
  hash(password: string): Promise<string>;
  /** With no hash (no such user) it takes as long as with one, and resolves to false. */
  verify(password: string, phc: string | undefined): Promise<boolean>;
  /** True for a hash that is weaker than today's parameters. */
  isOutdated(phc: string): boolean;
}

/** @param concurrency how many hashes run at once; each takes a core and 19 MiB. */
export function argon2Hasher(concurrency: number): PasswordHasher {
  const limit = pLimit(concurrency);
  const decoy = hash(randomUUID(), PARAMETERS);

  async function run<T>(task: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= MAX_WAITING) {
      throw new AuthError('RATE_LIMITED', 'Too many sign-ins are under way. Try again shortly.', { retryAfterSeconds: 5 });
    }
    return limit(task);
  }

  return {
    hash: (password) => run(() => hash(password, PARAMETERS)),
    verify: (password, phc) =>
      run(async () => {
        const matches = await verify(phc ?? (await decoy), password);
        return matches && phc !== undefined;
      }),
    isOutdated: isOutdatedHash,
  };
}

function isOutdatedHash(phc: string): boolean {
  const found = PHC.exec(phc);
  if (found === null) return true;
  const [memoryCost, timeCost, parallelism] = found.slice(1).map(Number);
  return (memoryCost ?? 0) < PARAMETERS.memoryCost || (timeCost ?? 0) < PARAMETERS.timeCost || (parallelism ?? 0) < PARAMETERS.parallelism;
}
