import { realms } from '../features/realms/index.js';
import { safeReason } from '../platform/database/database-failure.js';
import {
  applyMigrations,
  pendingMigrations,
  unknownMigrations,
} from '../platform/database/migrations.js';
import type { Composition } from './compose.js';

const RETRY_MS = 1_000;

/** What this node has got ready so far. Once true, a part stays true. */
interface BringUpState {
  migrations: boolean;
  /** Every feature has started. */
  ready: boolean;
}

export interface BringUp {
  readonly state: Readonly<BringUpState>;
  /** Settles when the first attempt has: ready or not, the node can say where it stands. */
  readonly firstAttempt: Promise<void>;
  /** Settles when the node is ready; rejects when it is stopped before. */
  readonly ready: Promise<void>;
  stop(): void;
}

/**
 * Gets this node from started to ready: migrations, then each feature. Keeps trying, so that a
 * database which comes later, or is migrated later, needs no restart. Says what it waits for once,
 * and again when that changes.
 */
export function startBringUp(composition: Composition, autoMigrate: boolean): BringUp {
  const { platform, built } = composition;
  const { database, log } = platform;
  const state: BringUpState = { migrations: false, ready: false };
  let lastReason: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // nobody may be waiting

  async function attempt(): Promise<void> {
    const reason = await advance().catch((error: unknown) => safeReason(error));
    if (stopped || reason === undefined) return;
    if (reason !== lastReason) log.warn({ reason }, `Not ready yet: ${reason}`);
    lastReason = reason;
    timer = setTimeout(attempt, RETRY_MS);
  }

  /** One attempt; resolves to what is in the way, if anything. */
  async function advance(): Promise<string | undefined> {
    const unknown = await unknownMigrations(database);
    if (unknown.length > 0) {
      return `a newer version has migrated the database (${unknown.join(', ')}): run that version`;
    }
    if (autoMigrate) {
      for (const name of await applyMigrations(database)) {
        log.info({ migration: name }, 'Migration applied');
      }
    }
    const pending = await pendingMigrations(database);
    if (pending.length > 0) {
      const names = pending.join(', ');
      return `${pending.length} migration(s) pending (${names}): run "authgraph migrate up"`;
    }
    state.migrations = true;
    await composition.syncClock();
    for (const { start } of built) {
      const reason = await start?.();
      if (reason !== undefined) return reason;
    }
    state.ready = true;
    startJobs(composition);
    ready.resolve();
    return undefined;
  }

  return {
    state,
    firstAttempt: attempt(),
    ready: ready.promise,
    stop() {
      stopped = true;
      ready.reject(new Error('The service was stopped before it was ready.'));
      clearTimeout(timer);
    },
  };
}

function startJobs({ platform, built, use }: Composition): void {
  const { directory } = use(realms);
  platform.jobs.start(
    built.flatMap(({ jobs }) => jobs ?? []),
    (id) => directory.findIfAny(id),
  );
}
