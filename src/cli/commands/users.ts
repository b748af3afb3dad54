import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandsDeps, JSON_FLAG, realmOption, YES_FLAG } from './options.js';

const USER = ['<user>', 'id or email address'] as const;

/** Commands about users. They are loaded when they are called. */
export function addUserCommands(program: Command, { env, end }: CommandsDeps): void {
  const users = program
    .command('users')
    .description(
      'look after users: list, show, create, metadata, disable, enable, delete, sign-out, ' +
        'set-password, grant, revoke, import, export',
    );
  const command = (name: string, about: string) =>
    users
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option(...JSON_FLAG);
  const load = () => import('../users.js');

  command(
    'create',
    'make a user and print its id; the password is asked for, or read from standard input ' +
      'when that is no terminal',
  )
    .requiredOption('--email <address>', 'email address')
    .option('--role <name>', 'grant a role, such as admin (may be given several times)', append)
    .option('--invite', 'ask for no password: they choose it by the link of a mail')
    .action(async (options) =>
      end((await import('../create-user.js')).createUserCommand(env, options)),
    );
  command('list', 'list users, oldest first')
    .option('--email <prefix>', 'whose address begins like this')
    .option('--role <name>', 'who hold this role')
    .addOption(new Option('--state <state>', 'in this state').choices(['active', 'disabled']))
    .action(async (options) => end((await load()).listUsers(env, options)));
  command('show', 'show a user')
    .argument(...USER)
    .action(async (user, options) => end((await load()).showUser(env, user, options)));
  command('metadata', 'show what is stored with a user; with a patch, change it first')
    .argument(...USER)
    .option('--public <patch>', 'a JSON merge patch, such as {"plan":"pro","trial":null}', readJson)
    .option('--private <patch>', 'the same for what the user does not see', readJson)
    .action(async (user, options) =>
      end((await import('../user-metadata.js')).userMetadata(env, user, options)),
    );
  command('disable', 'end their sessions, and let them in no more')
    .argument(...USER)
    .action(async (user, options) => end((await load()).disableUser(env, user, options)));
  command('enable', 'let them in again')
    .argument(...USER)
    .action(async (user, options) => end((await load()).enableUser(env, user, options)));
  command('delete', 'delete a user with all that is theirs')
    .argument(...USER)
    .option(...YES_FLAG)
    .action(async (user, options) => end((await load()).deleteUser(env, user, options)));
  command('sign-out', 'end all of their sessions')
    .argument(...USER)
    .action(async (user, options) => end((await load()).signOutUser(env, user, options)));
  command('set-password', 'set their password, end their sessions, and tell them by mail')
    .argument(...USER)
    .action(async (user, options) => end((await load()).setPassword(env, user, options)));
  command('grant', 'give a role; they have what it grants from their next refresh on')
    .argument(...USER)
    .argument('<role>', 'its name')
    .action(async (user, role, options) => end((await load()).grantRole(env, user, role, options)));
  command('revoke', 'take a role away, and end their sessions')
    .argument(...USER)
    .argument('<role>', 'its name')
    .action(async (user, role, options) =>
      end((await load()).revokeRole(env, user, role, options)),
    );
  command('import', 'take users over from JSON lines; who is there already stays as they are')
    .argument('<file>', 'see docs/administration.md; - reads standard input')
    .action(async (file, options) =>
      end((await import('../transfer.js')).importUsers(env, file, options)),
    );
  command('export', 'write users as JSON lines, which is what import reads')
    .option('--passwords', 'with the hashes of their passwords')
    .action(async (options) => end((await import('../transfer.js')).exportUsers(env, options)));
}

function append(name: string, names: string[] = []): string[] {
  return [...names, name];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is no JSON.');
  }
}
