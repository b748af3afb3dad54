import type { Command } from 'commander';
import type { CommandsDeps } from './options.js';

/** The service itself. */
export function addServeCommand(program: Command, { env, end }: CommandsDeps): void {
  program
    .command('serve')
    .description('run the service')
    .action(async () => {
      await end((await import('../serve.js')).serve(env));
      // All is stopped by now. A job's connection to a server that does not answer would hold the
      // process until it times out.
      process.exit();
    });
}
