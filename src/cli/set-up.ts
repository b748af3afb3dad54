import type { DestinationStream, Logger } from 'pino';
import { blaming } from '../app/blame.js';
import { type Composition, compose } from '../app/compose.js';
import { type Config, parseConfig } from '../app/config.js';
import { developmentSecret } from '../app/development-secret.js';
import { realms } from '../features/realms/index.js';
import { systemRandomness } from '../kernel/randomness.js';
import type { Realm } from '../kernel/realm.js';
import { pendingMigrations } from '../platform/database/migrations.js';
import { createLog } from '../platform/log/log.js';
import { CommandFailed, type ExitCode } from './exit-codes.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface LogTarget {
  readonly level: Config['logLevel'];
  readonly destination: DestinationStream;
}

interface SetUp {
  readonly config: Config;
  readonly log: Logger;
  /** Newest first. */
  readonly secrets: readonly string[];
}

/** What every command starts from. Rejects with a ConfigError when the settings are wrong. */
export async function setUp(env: Environment, target?: LogTarget): Promise<SetUp> {
  const config = parseConfig(env);
  const { dataDir } = config.database;
  return {
    config,
    log: createLog(target?.level ?? config.logLevel, target?.destination),
    secrets:
      config.secrets.length > 0
        ? config.secrets
        : [await blaming('AUTHGRAPH_DATA_DIR', () => developmentSecret(dataDir, systemRandomness))],
  };
}

type Task = (composition: Composition) => Promise<ExitCode>;

/**
 * Runs a task with the service open, and closes it whatever happens. Its log goes to standard
 * error: what a command prints is for scripts.
 */
export async function withService(env: Environment, task: Task): Promise<ExitCode> {
  const target = { level: 'warn', destination: process.stderr } as const;
  await using composition = await compose(await setUp(env, target));
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
