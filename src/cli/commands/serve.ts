import type { Command } from 'commander';
import type { CommandsDeps } from './options.js';

/** The service itself. */
export function addServeCommand(program: Command, { env, end }: CommandsDeps): void {
  program
    .command('serve')
    .description('run the service')
    .action(async () => end((await import('../serve.js')).serve(env)));
}
