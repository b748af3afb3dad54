import { rotateSigningKeyIfDue } from '../features/signing-keys/rotate-signing-key.js';
import { startRotationTimer } from '../features/signing-keys/rotation-timer.js';
import { safeReason } from '../platform/database/database-failure.js';
import { applyMigrations, pendingMigrations } from '../platform/database/migrations.js';
import type { Services } from './services.js';

const RETRY_MS = 1_000;

/** What this node has got ready so far. Once true, a part stays true. */
interface BringUpState {
  migrations: boolean;
  keys: boolean;
}

export interface BringUp {
  readonly state: Readonly<BringUpState>;
  /** Settles when the first attempt has: ready or not, the node can say where it stands. */
  readonly firstAttempt: Promise<void>;
  stop(): void;
}

/**
 * Gets this node from started to ready: migrations, a signing key, what ended lately. Keeps trying, so that a database
 * which comes later, or is migrated later, needs no restart. Says what it waits for once, and again when that changes.
 */
export function startBringUp(services: Services, autoMigrate: boolean): BringUp {
  const { database, keys, log, clock } = services;
  const state: BringUpState = { migrations: false, keys: false };
  let lastObstacle: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let rotation: Disposable | undefined;
  let stopped = false;

  async function attempt(): Promise<void> {
    const obstacle = await advance().catch((error: unknown) => safeReason(error));
    if (stopped) return;
    if (obstacle === undefined) {
      rotation = startRotationTimer(
        () => rotateSigningKeyIfDue(services),
        () => clock.now(),
        warnOfRotation,
      );
      return;
    }
    if (obstacle !== lastObstacle) log.warn({ obstacle }, `Not ready yet: ${obstacle}`);
    lastObstacle = obstacle;
    timer = setTimeout(attempt, RETRY_MS);
  }

  /** One attempt; resolves to what is in the way, if anything. */
  async function advance(): Promise<string | undefined> {
    if (autoMigrate)
      for (const name of await applyMigrations(database))
        log.info({ migration: name }, 'Migration applied');
    const pending = await pendingMigrations(database);
    if (pending.length > 0)
      return `${pending.length} migration(s) pending (${pending.join(', ')}): run "authgraph migrate up"`;
    state.migrations = true;
    await rotateSigningKeyIfDue(services);
    if (!keys.ready) await keys.reload('cache');
    await services.endedSessions.load();
    state.keys = keys.ready;
    return state.keys ? undefined : 'no signing key is active';
  }

  function warnOfRotation(error: unknown): void {
    log.warn(
      { reason: safeReason(error) },
      'Could not see to the rotation of signing keys; trying again',
    );
  }

  return {
    state,
    firstAttempt: attempt(),
    stop() {
      stopped = true;
      clearTimeout(timer);
      rotation?.[Symbol.dispose]();
    },
  };
}
