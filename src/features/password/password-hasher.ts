import { extname } from 'node:path';
import { type ParsedHashOptions, parseOptions } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import { AuthError } from '../../kernel/auth-error.js';
import type { Log } from '../../kernel/log.js';
import type { HashBatch, HashOutcome, HashTask } from './argon2-worker.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** How every hash of today begins (PHC string format). */
const { memoryCost, timeCost, parallelism } = PARAMETERS;
const CURRENT = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`;
/** The library's numbers for argon2id and version 0x13. */
const KIND = { algorithm: 2, version: 1 };
/** For addresses that nobody has: takes as long to verify as a real hash, and never matches. */
const DECOY = `${CURRENT}${'A'.repeat(22)}$${'A'.repeat(43)}`;
/** Beyond this many waiting, an answer would come too late to be of use. */
const MAX_WAITING = 1_000;
/** While there is a queue, so many go to a thread and come back together (decision 11). */
const BATCH_SIZE = 4;
/** Threads that have nothing to do give their memory back after this time. */
const IDLE_MS = 60_000;
/** Behind requests that need no hash, where both want a processor (`nice`). */
const NICE = 5;
/** A thread's JavaScript holds one password at a time; the 19 MiB are outside of it. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };
const WORKER = new URL(`./argon2-worker${extname(import.meta.url)}`, import.meta.url).href;

/**
 * Hashes and verifies passwords on threads of its own, a bounded number at a time, so that hashing
 * never starves the rest of the service.
 */
export interface PasswordHasher extends AsyncDisposable {
  /** Resolves to a PHC string. Rejects with RATE_LIMITED when too many are waiting. */
  hash(password: string): Promise<string>;
  /** With no hash (no such user) it takes as long as with one, and resolves to false. */
  verify(password: string, phc: string | undefined): Promise<boolean>;
  /** True for a hash that is weaker than today's parameters. */
  isOutdated(phc: string): boolean;
  /** How many passwords wait for a thread. */
  readonly waiting: number;
}

/**
 * @param threads how many hashes run at once; each takes a core and 19 MiB. They start with the
 * first hash.
 */
export function argon2Hasher(threads: number, log: Log): PasswordHasher {
  const pool = new Piscina<HashBatch, HashOutcome[]>({
    filename: WORKER,
    name: 'runBatch',
    minThreads: 0,
    maxThreads: threads,
    concurrentTasksPerWorker: 2, // the next one is there when the last one ends
    stricterFIFO: true, // or `newest` could leave the queue before older ones
    idleTimeout: IDLE_MS,
    niceIncrement: NICE,
    resourceLimits: THREAD_LIMITS,
    recordTiming: false,
  });
  pool.on('error', (error: Error) => {
    log.error({ err: error }, 'A password hashing thread failed');
    void pool.destroy(); // rejects what waits for a thread; the next hash starts a new one
  });
  /**
   * What was handed to the pool last. While anything waits there, this does too, since the queue is
   * first in, first out: it can grow.
   */
  let newest: { readonly tasks: HashTask[]; readonly outcomes: Promise<HashOutcome[]> } | undefined;

  async function run(task: HashTask): Promise<string | boolean> {
    if (pool.queueSize * BATCH_SIZE >= MAX_WAITING) {
      throw new AuthError('RATE_LIMITED', 'Too many sign-ins are under way. Try again shortly.', {
        retryAfterSeconds: 5,
      });
    }
    let place = 0;
    // As long as no thread would go idle for it: each has something in the queue.
    if (newest !== undefined && pool.queueSize >= threads && newest.tasks.length < BATCH_SIZE) {
      place = newest.tasks.push(task) - 1;
    } else {
      const tasks = [task];
      newest = { tasks, outcomes: pool.run({ parameters: PARAMETERS, tasks }) };
    }
    const outcome = (await newest.outcomes)[place];
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new Error('A hashing thread left a password out');
    return outcome;
  }

  return {
    hash: async (password) => String(await run({ password })),
    verify: async (password, phc) => {
      const matches = await run({ password, phc: phc ?? DECOY });
      return matches === true && phc !== undefined;
    },
    isOutdated: isOutdatedHash,
    get waiting() {
      return pool.queueSize * BATCH_SIZE;
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function isOutdatedHash(phc: string): boolean {
  if (phc.startsWith(CURRENT)) return false;
  const used = readParameters(phc);
  return (
    used === undefined ||
    used.algorithm !== KIND.algorithm ||
    used.version !== KIND.version ||
    used.memoryCost < PARAMETERS.memoryCost ||
    used.timeCost < PARAMETERS.timeCost ||
    used.parallelism < PARAMETERS.parallelism
  );
}

function readParameters(phc: string): ParsedHashOptions | undefined {
  try {
    return parseOptions(phc);
  } catch {
    return undefined;
  }
}
