import type { Command } from 'commander';
import { EXIT } from '../exit-codes.js';
import { type CommandsDeps, JSON_FLAG, YES_FLAG } from './options.js';

/** Commands about the schema of the database. */
export function addMigrateCommands(program: Command, { env, end }: CommandsDeps): void {
  const migrate = program
    .command('migrate')
    .description('change the database schema: up, down, status');
  migrate
    .command('up')
    .description('apply the pending migrations')
    .option('--create-database', 'make the database that DATABASE_URL names if it is not there')
    .option(...JSON_FLAG)
    .action(async (options) => end((await import('../migrate.js')).migrateUp(env, options)));
  migrate
    .command('down')
    .description('take back the newest migration: DESTROYS the data in what it drops')
    .option(...YES_FLAG)
    .option(...JSON_FLAG)
    .action(async (options) => end((await import('../migrate.js')).migrateDown(env, options)));
  migrate
    .command('status')
    .description(`list the migrations; exits with ${EXIT.failed} when some are pending`)
    .option(...JSON_FLAG)
    .action(async (options) => end((await import('../migrate.js')).migrateStatus(env, options)));
}
