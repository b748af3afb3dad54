import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Log } from '../../kernel/log.js';
import { networkOf } from '../../platform/limits/network-of.js';
import type { HashBatch, HashOutcome, HashTask } from './argon2-worker.js';
import { FairQueue } from './fair-queue.js';
import { readParameters } from './foreign-hash.policy.js';
import { topUp } from './hash-cost.policy.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** How every hash of today begins (PHC string format). */
const { memoryCost, timeCost, parallelism } = PARAMETERS;
const CURRENT = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`;
/** The library's numbers for argon2id and version 0x13. */
const KIND = { algorithm: 2, version: 1 };
/** For addresses that nobody has: takes as long to verify as a real hash, and never matches. */
const DECOY = `${CURRENT}${'A'.repeat(22)}$${'A'.repeat(43)}`;
/** Nobody waits longer: the client has given up by then, or sent it again. Milliseconds. */
const LONGEST_WAIT = 2_000;
const QUEUE = { mostInAll: 1_000, mostOfOne: 100, longestWait: LONGEST_WAIT };
/** While there is a queue, so many go to a thread and come back together (decision 11). */
const BATCH_SIZE = 4;
/** The next batch is there when the last one ends. */
const BATCHES_A_THREAD = 2;
/** Threads that have nothing to do give their memory back after this time. */
const IDLE_MS = 60_000;
/** Behind requests that need no hash, where both want a processor (`nice`). */
const NICE = 5;
/** A thread's JavaScript holds one password at a time; the 19 MiB are outside of it. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };
const WORKER = new URL(`./argon2-worker${extname(import.meta.url)}`, import.meta.url).href;

/** Who waits for it: everybody has a turn, and whoever has gone away is left out. */
export type HashedFor = Pick<Caller, 'ipAddress' | 'gone'> & {
  /** Whose password it is, where addresses tell nobody apart. */
  readonly account?: string;
};

/**
 * Hashes and verifies passwords on threads of its own, a bounded number at a time, so that hashing
 * never starves the rest of the service. Rejects with RATE_LIMITED when it would take too long.
 */
export interface PasswordHasher extends AsyncDisposable {
  /** Resolves to a PHC string. */
  hash(password: string, caller: HashedFor): Promise<string>;
  /** With no hash (no such user) it takes as long as with one, and resolves to false. */
  verify(password: string, phc: string | undefined, caller: HashedFor): Promise<boolean>;
  /** True for a hash that is weaker than today's parameters, or of another kind. */
  isOutdated(phc: string): boolean;
  /** How many passwords wait for a thread. */
  readonly waiting: number;
}

interface Waiting {
  readonly from: string;
  readonly since: number;
  readonly task: HashTask;
  readonly resolve: (outcome: string | boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param threads how many hashes run at once; each takes a core and 19 MiB. They start with the
 * first hash.
 * @param now milliseconds that only go forward.
 */
export function argon2Hasher(threads: number, log: Log, now: () => number): PasswordHasher {
  const pool = new Piscina<HashBatch, HashOutcome[]>({
    filename: WORKER,
    name: 'runBatch',
    minThreads: 0,
    maxThreads: threads,
    concurrentTasksPerWorker: BATCHES_A_THREAD,
    idleTimeout: IDLE_MS,
    niceIncrement: NICE,
    resourceLimits: THREAD_LIMITS,
    recordTiming: false,
  });
  pool.on('error', (error: Error) => {
    log.error({ err: error }, 'A password hashing thread failed');
    void pool.destroy(); // rejects what runs; the next hash starts a new one
  });
  const queue = new FairQueue<Waiting>(QUEUE);
  let running = 0;

  function run(task: HashTask, { ipAddress, account, gone }: HashedFor): Promise<string | boolean> {
    return new Promise((resolve, reject) => {
      const from = account === undefined ? networkOf(ipAddress ?? '') : `account ${account}`;
      const item = { from, since: now(), task, resolve, reject };
      if (gone?.aborted || !queue.push(item)) return reject(tooMany());
      // A caller that was stored with a job has no signal any more.
      if (gone instanceof AbortSignal) {
        gone.addEventListener('abort', () => {
          queue.remove(item);
          reject(tooMany()); // to nobody
        });
      }
      startNext();
    });
  }

  function startNext(): void {
    while (running < threads * BATCHES_A_THREAD) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      running += 1;
      void runBatch(batch).finally(() => {
        running -= 1;
        startNext();
      });
    }
  }

  /** As many as leave something for every other thread. */
  function takeBatch(): Waiting[] {
    const size = Math.min(BATCH_SIZE, Math.max(1, Math.floor(queue.size / threads)));
    const batch: Waiting[] = [];
    while (batch.length < size) {
      const next = queue.take(now(), ({ reject }) => reject(tooMany()));
      if (next === undefined) break;
      batch.push(next);
    }
    return batch;
  }

  async function runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const tasks = batch.map(({ task }) => task);
      const outcomes = await pool.run({ parameters: PARAMETERS, tasks });
      for (const [place, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[place];
        if (outcome === undefined || outcome instanceof Error)
          reject(outcome ?? new Error('A hashing thread left a password out'));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    hash: async (password, caller) => String(await run({ password }, caller)),
    verify: async (password, phc = DECOY, caller) => {
      const matches = await run({ password, phc, ...topUpOf(phc) }, caller);
      return matches === true && phc !== DECOY;
    },
    isOutdated: isOutdatedHash,
    get waiting() {
      return queue.size;
    },
    [Symbol.asyncDispose]() {
      queue.take(Number.POSITIVE_INFINITY, ({ reject }) => reject(tooMany()));
      return pool.destroy();
    },
  };
}

function tooMany(): AuthError<'RATE_LIMITED'> {
  return new AuthError('RATE_LIMITED', 'Too many sign-ins are under way. Try again shortly.', {
    retryAfterSeconds: 5,
  });
}

function topUpOf(phc: string): Pick<HashTask, 'topUp'> {
  if (phc.startsWith(CURRENT)) return {};
  // What another system's hash costs is not known here: at least it is not answered sooner.
  const used = readParameters(phc) ?? { memoryCost: 0, timeCost: 0 };
  const extra = topUp(used, PARAMETERS);
  return extra === undefined ? {} : { topUp: { ...extra, parallelism: 1 } };
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
