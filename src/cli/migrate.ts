import { setUp } from '../app/set-up.js';
import { createDatabase } from '../platform/database/create-database.js';
import {
  appliedMigrations,
  applyMigrations,
  pendingMigrations,
  revertLastMigration,
} from '../platform/database/migrations.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withService } from './set-up.js';
import { confirm, print, say } from './terminal.js';

export interface MigrateUpOptions {
  readonly createDatabase?: boolean;
  readonly json?: boolean;
}

export async function migrateUp(env: Environment, options: MigrateUpOptions): Promise<ExitCode> {
  const { url } = (await setUp(env)).config.database;
  if (options.createDatabase === true && url !== undefined && (await createDatabase(url)))
    say('made the database');
  return withService(env, async ({ platform: { database } }) => {
    const applied = await applyMigrations(database);
    const lines = applied.map((name) => `applied ${name}`);
    if (applied.length === 0) lines.push('Nothing to do: all migrations are applied.');
    print(options.json ? JSON.stringify({ applied }) : lines.join('\n'));
    return EXIT.done;
  });
}

export function migrateDown(
  env: Environment,
  options: { readonly yes?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  return withService(env, async ({ platform: { database } }) => {
    if (
      options.yes !== true &&
      !(await confirm('This destroys the data in the tables that it drops. Go on? (yes/no) '))
    ) {
      throw new CommandFailed('Not done. Call it with --yes to do it without a question.');
    }
    const reverted = (await revertLastMigration(database)) ?? null;
    const line =
      reverted === null ? 'Nothing to do: no migration is applied.' : `took back ${reverted}`;
    print(options.json ? JSON.stringify({ reverted }) : line);
    return EXIT.done;
  });
}

/** Ends with `failed` when some are pending. */
export function migrateStatus(
  env: Environment,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  return withService(env, async ({ platform: { database } }) => {
    const applied = await appliedMigrations(database);
    const pending = await pendingMigrations(database);
    const lines = [
      ...applied.map(({ name, at }) => `applied  ${name}  ${at.toISOString()}`),
      ...pending.map((name) => `pending  ${name}`),
    ];
    print(options.json ? JSON.stringify({ applied, pending }) : lines.join('\n'));
    return pending.length > 0 ? EXIT.failed : EXIT.done;
  });
}
