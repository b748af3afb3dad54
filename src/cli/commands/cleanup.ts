import type { Command } from 'commander';
import { type CommandsDeps, JSON_FLAG, readDuration, realmOption } from './options.js';

/** The command that deletes what is over. */
export function addCleanupCommand(program: Command, { env, end }: CommandsDeps): void {
  program
    .command('cleanup')
    .description('delete sessions that are over, and audit events that are kept no longer')
    .addOption(realmOption())
    .option(
      '--older-than <duration>',
      'keep those that ended less than this ago, such as 30d',
      readDuration,
    )
    .option(...JSON_FLAG)
    .action(async (options) => end((await import('../cleanup.js')).cleanup(env, options)));
}
