import type { Command } from 'commander';
import { type CommandsDeps, JSON_LINES_FLAG } from './options.js';

/** For those who come from SuperTokens. */
export function addSupertokensCommands(program: Command, { env, end }: CommandsDeps): void {
  program
    .command('supertokens')
    .description('come from SuperTokens: import')
    .command('import')
    .description(
      "take over users, sessions and keys from a SuperTokens core's PostgreSQL database; what is " +
        'here already stays, so it can run again',
    )
    .requiredOption('--from <url>', 'its database: postgres://…; nothing in it is changed')
    .option('--table-prefix <prefix>', "the core's postgresql_table_names_prefix with its _", '')
    .option('--firebase-signer-key <key>', "the core's firebase_password_hashing_signer_key")
    .option('--dry-run', 'only count')
    .option(...JSON_LINES_FLAG)
    .action(async (options) =>
      end((await import('../supertokens.js')).importCoreCommand(env, options)),
    );
}
