import { type Command, Option } from 'commander';
import { type CommandsDeps, JSON_FLAG, JSON_LINES_FLAG, realmOption } from './options.js';

/** Commands about what is done later. */
export function addJobCommands(program: Command, { env, end }: CommandsDeps): void {
  const jobs = program
    .command('jobs')
    .description('look after what is done later, such as sending mails: list, retry');
  jobs
    .command('list')
    .description('list jobs, those that failed unless --state says otherwise')
    .addOption(realmOption())
    .addOption(
      new Option('--state <state>', 'which ones')
        .choices(['waiting', 'running', 'done', 'failed'])
        .default('failed'),
    )
    .option(...JSON_LINES_FLAG)
    .action(async (options) => end((await import('../jobs.js')).listJobs(env, options)));
  jobs
    .command('retry')
    .description('send jobs again that failed: those of the ids, or all')
    .argument('[ids...]', 'from "jobs list"')
    .addOption(realmOption())
    .option(...JSON_FLAG)
    .action(async (ids, options) => end((await import('../jobs.js')).retryJobs(env, ids, options)));
}
