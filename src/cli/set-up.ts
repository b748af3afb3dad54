import type { DestinationStream, Logger } from 'pino';
import { createCore } from '../app/app.js';
import { type Config, parseConfig } from '../app/config.js';
import { developmentSecret } from '../app/development-secret.js';
import type { Services } from '../app/services.js';
import { systemRandomness } from '../kernel/randomness.js';
import { pendingMigrations } from '../platform/database/migrations.js';
import { createLog } from '../platform/log/log.js';
import { CommandFailed, type ExitCode } from './exit-codes.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface LogTarget {
  readonly level: Config['logLevel'];
  readonly destination: DestinationStream;
}

/** What every command starts from. Throws a ConfigError when the settings are wrong. */
export function setUp(
  env: Environment,
  target?: LogTarget,
): { config: Config; log: Logger; secret: string } {
  const config = parseConfig(env);
  return {
    config,
    log: createLog(target?.level ?? config.logLevel, target?.destination),
    secret: config.secret ?? developmentSecret(config.database.dataDir, systemRandomness),
  };
}

type Task = (services: Services) => Promise<ExitCode>;

/** Runs a task with the services open, and closes them whatever happens. Its log goes to standard error: what a command prints is for scripts. */
export async function withServices(env: Environment, task: Task): Promise<ExitCode> {
  await using core = await createCore(setUp(env, { level: 'warn', destination: process.stderr }));
  return await task(core.services);
}

/** The same for a task that needs the tables: says what to do when they are not there yet. */
export async function withTables(env: Environment, task: Task): Promise<ExitCode> {
  return withServices(env, async (services) => {
    const pending = await pendingMigrations(services.database);
    if (pending.length > 0)
      throw new CommandFailed(
        `${pending.length} migration(s) pending: run "authgraph migrate up" first`,
      );
    return task(services);
  });
}
