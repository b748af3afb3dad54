import type { Command } from 'commander';
import { type CommandsDeps, JSON_FLAG, realmOption } from './options.js';

/** Commands about roles. */
export function addRoleCommands(program: Command, { env, end }: CommandsDeps): void {
  const roles = program.command('roles').description('look after roles: list, save, delete');
  const command = (name: string, about: string) =>
    roles
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option(...JSON_FLAG);
  const load = () => import('../roles.js');

  command('list', 'list the roles and what they grant').action(async (options) =>
    end((await load()).listRoles(env, options)),
  );
  command('save', 'make a role, or change what it grants')
    .argument('<name>', 'lower-case letters, digits, "-", "_" and ":"')
    .argument('[scopes...]', 'what it grants, such as posts:write')
    .action(async (name, scopes, options) =>
      end((await load()).saveRole(env, name, scopes, options)),
    );
  command('delete', 'take a role from all who hold it, and delete it')
    .argument('<name>', 'its name')
    .action(async (name, options) => end((await load()).deleteRole(env, name, options)));
}
