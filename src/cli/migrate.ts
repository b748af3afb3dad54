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
import { confirm, print } from './terminal.js';

export interface MigrateUpOptions {
  readonly createDatabase?: boolean;
}

export async function migrateUp(env: Environment, options: MigrateUpOptions): Promise<ExitCode> {
  const { url } = (await setUp(env)).config.database;
  if (options.createDatabase === true && url !== undefined && (await createDatabase(url)))
    print('made the database');
  return withService(env, async ({ platform: { database } }) => {
    const names = await applyMigrations(database);
    print(
      names.length === 0
        ? 'Nothing to do: all migrations are applied.'
        : names.map((name) => `applied ${name}`).join('\n'),
    );
    return EXIT.done;
  });
}

export function migrateDown(
  env: Environment,
  options: { readonly yes?: boolean },
): Promise<ExitCode> {
  return withService(env, async ({ platform: { database } }) => {
    if (
      options.yes !== true &&
      !(await confirm('This destroys the data in the tables that it drops. Go on? (yes/no) '))
    ) {
      throw new CommandFailed('Not done. Call it with --yes to do it without a question.');
    }
    const name = await revertLastMigration(database);
    print(name === undefined ? 'Nothing to do: no migration is applied.' : `took back ${name}`);
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
