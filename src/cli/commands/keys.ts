import type { Command } from 'commander';
import { type CommandsDeps, JSON_FLAG, JSON_LINES_FLAG, realmOption } from './options.js';

/** Commands about the signing keys. */
export function addKeyCommands(program: Command, { env, end }: CommandsDeps): void {
  const keys = program
    .command('keys')
    .description('look after the signing keys: list, rotate, withdraw');
  keys
    .command('list')
    .description('list the signing keys')
    .addOption(realmOption())
    .option(...JSON_LINES_FLAG)
    .action(async (options) => end((await import('../keys.js')).listKeys(env, options)));
  keys
    .command('rotate')
    .description('publish the next signing key; it signs once every verifier can know it')
    .addOption(realmOption())
    .option(...JSON_FLAG)
    .action(async (options) => end((await import('../keys.js')).rotateKeys(env, options)));
  keys
    .command('withdraw')
    .description('take a signing key out at once: every token that it signed is refused')
    .argument('<kid>', 'its id, as "keys list" shows it')
    .allowUnknownOption() // the id of one key in 64 begins with "-"
    .addOption(realmOption())
    .option(...JSON_FLAG)
    .action(async (kid, options) =>
      end((await import('../keys.js')).withdrawKey(env, kid, options)),
    );
}
