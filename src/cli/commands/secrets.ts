import type { Command } from 'commander';
import { type CommandsDeps, JSON_LINES_FLAG } from './options.js';

/** Commands about AUTHGRAPH_SECRET. */
export function addSecretCommands(program: Command, { env, end }: CommandsDeps): void {
  program
    .command('secrets')
    .description('look after AUTHGRAPH_SECRET: reseal')
    .command('reseal')
    .description('seal everything that is stored with the first value of AUTHGRAPH_SECRET')
    .option(...JSON_LINES_FLAG)
    .action(async (options) => end((await import('../secrets.js')).resealSecrets(env, options)));
}
