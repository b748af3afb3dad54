import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-codes.js';
import type { Environment } from './set-up.js';

/** What the program hands to those who add commands to it. */
export interface CommandsDeps {
  readonly env: Environment;
  readonly end: (command: Promise<ExitCode>) => Promise<void>;
  readonly realmOption: () => Option;
}

const USER = ['<user>', 'id or email address'] as const;
const JSON_FLAG = ['--json', 'print JSON'] as const;

/** Commands about users. They are loaded when they are called. */
export function addUserCommands(program: Command, { env, end, realmOption }: CommandsDeps): void {
  const users = program
    .command('users')
    .description(
      'look after users: list, show, create, disable, enable, delete, sign-out, set-password, ' +
        'grant, revoke, import, export',
    );
  const command = (name: string, about: string) =>
    users
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option(...JSON_FLAG);
  const load = () => import('./users.js');

  command(
    'create',
    'make a user and print its id; the password is asked for, or read from standard input ' +
      'when that is no terminal',
  )
    .requiredOption('--email <address>', 'email address')
    .option('--role <name>', 'grant a role, such as admin (may be given several times)', append)
    .action(async (options) => end((await load()).createUserCommand(env, options)));
  command('list', 'list users, oldest first')
    .option('--email <prefix>', 'whose address begins like this')
    .option('--role <name>', 'who hold this role')
    .addOption(new Option('--state <state>', 'in this state').choices(['active', 'disabled']))
    .action(async (options) => end((await load()).listUsers(env, options)));
  command('show', 'show a user')
    .argument(...USER)
    .action(async (user, options) => end((await load()).showUser(env, user, options)));
  command('disable', 'end their sessions, and let them in no more')
    .argument(...USER)
    .action(async (user, options) => end((await load()).disableUser(env, user, options)));
  command('enable', 'let them in again')
    .argument(...USER)
    .action(async (user, options) => end((await load()).enableUser(env, user, options)));
  command('delete', 'delete a user with all that is theirs')
    .argument(...USER)
    .option('--yes', 'do not ask')
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
      end((await import('./transfer.js')).importUsers(env, file, options)),
    );
  command('export', 'write users as JSON lines, which is what import reads')
    .option('--passwords', 'with the hashes of their passwords')
    .action(async (options) => end((await import('./transfer.js')).exportUsers(env, options)));
}

/** Commands about roles. */
export function addRoleCommands(program: Command, { env, end, realmOption }: CommandsDeps): void {
  const roles = program.command('roles').description('look after roles: list, save, delete');
  const command = (name: string, about: string) =>
    roles
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option(...JSON_FLAG);
  const load = () => import('./roles.js');

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

/** Commands about the audit log. */
export function addAuditCommands(program: Command, { env, end, realmOption }: CommandsDeps): void {
  const audit = program.command('audit').description('read the audit log: list, export');
  const command = (name: string, about: string) =>
    audit
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option('--user <id>', 'about this user')
      .option('--type <type>', 'of this type, such as user.signed_in')
      .option('--since <time>', 'not before, such as 2026-01-31T12:00:00Z', readTime)
      .option('--until <time>', 'before', readTime);
  const load = () => import('./audit.js');

  command('list', 'list events, oldest first')
    .option(...JSON_FLAG)
    .action(async (options) => end((await load()).listAuditEvents(env, options)));
  command('export', 'write events as JSON lines, oldest first').action(async (options) =>
    end((await load()).listAuditEvents(env, { ...options, json: true })),
  );
}

function append(name: string, names: string[] = []): string[] {
  return [...names, name];
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It is no time.');
  return time;
}
