import { type Composition, compose } from '../app/compose.js';
import type { SettingVariables } from '../app/config.js';
import { setUp } from '../app/set-up.js';
import { realms } from '../features/realms/index.js';
import type { Realm } from '../kernel/realm.js';
import { pendingMigrations } from '../platform/database/migrations.js';
import { createLog } from '../platform/log/log.js';
import { CommandFailed, type ExitCode } from './exit-codes.js';

export type Environment = SettingVariables;

type Task = (composition: Composition) => Promise<ExitCode>;

/**
 * Runs a task with the service open, and closes it whatever happens. Its log goes to standard
 * error: what a command prints is for scripts.
 */
export async function withService(env: Environment, task: Task): Promise<ExitCode> {
  const log = createLog('warn', process.stderr);
  await using composition = await compose(await setUp(env, log));
  return await task(composition);
}

/** The same for a task that needs the tables: says what to do when they are not there yet. */
export async function withTables(env: Environment, task: Task): Promise<ExitCode> {
  return withService(env, async (composition) => {
    const pending = await pendingMigrations(composition.platform.database);
    if (pending.length > 0)
      throw new CommandFailed(
        `${pending.length} migration(s) pending: run "authgraph migrate up" first`,
      );
    await composition.syncClock();
    return task(composition);
  });
}

/** What every command about one realm takes. */
export interface RealmOption {
  readonly realm: string;
}

/** The same for a task in one realm. */
export async function withRealm(
  env: Environment,
  { realm: id }: RealmOption,
  task: (realm: Realm, composition: Composition) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withTables(env, async (composition) =>
    task(await composition.use(realms).directory.find(id), composition),
  );
}
