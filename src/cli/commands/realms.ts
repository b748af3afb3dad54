import type { Command } from 'commander';
import { type CommandsDeps, JSON_FLAG, JSON_LINES_FLAG, YES_FLAG } from './options.js';

/** Commands about realms. */
export function addRealmCommands(program: Command, { env, end }: CommandsDeps): void {
  const realms = program
    .command('realms')
    .description('look after realms: create, list, show, set, delete')
    .addHelpText(
      'after',
      `
A setting is the variable of the same name without AUTHGRAPH_, such as accessTokenTtl=5m for
AUTHGRAPH_ACCESS_TOKEN_TTL; docs/configuration.md says which of them a realm can have.`,
    );
  realms
    .command('create')
    .description('make a realm; it answers at /realms/<id>/graphql')
    .argument('<id>', 'lower-case letters, digits and "-"')
    .argument('[settings...]', 'name=value')
    .option(...JSON_FLAG)
    .action(async (id, settings, options) =>
      end((await import('../realms.js')).createRealm(env, id, settings, options)),
    );
  realms
    .command('list')
    .description('list the realms')
    .option(...JSON_LINES_FLAG)
    .action(async (options) => end((await import('../realms.js')).listRealms(env, options)));
  realms
    .command('show')
    .description('show a realm and what it overrides of the settings')
    .argument('<id>', 'its id')
    .option(...JSON_FLAG)
    .action(async (id, options) => end((await import('../realms.js')).showRealm(env, id, options)));
  realms
    .command('set')
    .description('override settings in a realm')
    .argument('<id>', 'its id')
    .argument('<settings...>', 'name=value; name= takes the override back')
    .option(...JSON_FLAG)
    .action(async (id, settings, options) =>
      end((await import('../realms.js')).setRealm(env, id, settings, options)),
    );
  realms
    .command('delete')
    .description('delete a realm with all of its users, sessions and keys')
    .argument('<id>', 'its id')
    .option(...YES_FLAG)
    .option(...JSON_FLAG)
    .action(async (id, options) =>
      end((await import('../realms.js')).deleteRealm(env, id, options)),
    );
}
