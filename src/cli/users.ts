import { administration, type UserRow } from '../features/administration/index.js';
import { password } from '../features/password/index.js';
import { findContact } from '../features/users/index.js';
import { type Caller, operator } from '../kernel/caller.js';
import type { Realm } from '../kernel/realm.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { confirm, print, readPassword } from './terminal.js';

export interface UserOptions extends RealmOption {
  readonly json?: boolean;
}

/** The password is asked for. Ends their sessions, and tells them by mail. */
export function setPassword(
  env: Environment,
  name: string,
  options: UserOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use, platform: { database } }) => {
    const { id } = await use(administration).find.one(realm, name);
    const owner = await findContact(database, realm, id);
    if (owner === undefined) throw new CommandFailed('This user has no email address.');
    const { hashNewPassword, replace } = use(password);
    const caller = operator('users set-password');
    const hash = await hashNewPassword(realm, await readPassword(), owner.email, caller);
    await database.transaction((sql) =>
      replace.run(sql, realm, owner, { hash, keep: 'none' }, caller),
    );
    print(options.json ? JSON.stringify({ id }) : id);
    return EXIT.done;
  });
}

export interface ListUsersOptions extends UserOptions {
  readonly email?: string;
  readonly role?: string;
  readonly state?: 'active' | 'disabled';
}

export function listUsers(env: Environment, options: ListUsersOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { email, role, state } = options;
    // commander lets no other state through
    const asked = state?.toUpperCase() as 'ACTIVE' | 'DISABLED' | undefined;
    for await (const user of use(administration).find.all(realm, { email, role, state: asked })) {
      print(options.json ? JSON.stringify(user) : lineOf(user));
    }
    return EXIT.done;
  });
}

export function showUser(env: Environment, name: string, options: UserOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const user = await use(administration).find.one(realm, name);
    const more = [
      `  public metadata   ${JSON.stringify(user.publicMetadata)}`,
      `  private metadata  ${JSON.stringify(user.privateMetadata)}`,
    ];
    print(options.json ? JSON.stringify(user) : [lineOf(user), ...more].join('\n'));
    return EXIT.done;
  });
}

type Action = (realm: Realm, id: string, caller: Caller) => Promise<unknown>;

/** What is done with one user, whom the caller names by id or address. */
function withUser(
  env: Environment,
  name: string,
  options: UserOptions & { readonly command: string; readonly question?: string },
  actionOf: (parts: ReturnType<typeof administration.create>['parts']) => Action,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const parts = use(administration);
    const { id, email } = await parts.find.one(realm, name);
    if (options.question !== undefined && !(await confirm(`${options.question} (yes/no) `))) {
      throw new CommandFailed('Not done. Call it with --yes to do it without a question.');
    }
    await actionOf(parts)(realm, id, operator(options.command));
    print(options.json ? JSON.stringify({ id, email }) : `${id}  ${email ?? ''}`.trimEnd());
    return EXIT.done;
  });
}

export function disableUser(env: Environment, name: string, options: UserOptions) {
  const command = 'users disable';
  return withUser(env, name, { ...options, command }, ({ users }) => users.disable.bind(users));
}

export function enableUser(env: Environment, name: string, options: UserOptions) {
  const command = 'users enable';
  return withUser(env, name, { ...options, command }, ({ users }) => users.enable.bind(users));
}

export function signOutUser(env: Environment, name: string, options: UserOptions) {
  const command = 'users sign-out';
  return withUser(env, name, { ...options, command }, ({ users }) => users.signOut.bind(users));
}

export function deleteUser(
  env: Environment,
  name: string,
  { yes = false, ...options }: UserOptions & { readonly yes?: boolean },
) {
  const question = yes ? {} : { question: `This deletes ${name} and all that is theirs. Go on?` };
  const asked = { ...options, ...question, command: 'users delete' };
  return withUser(env, name, asked, ({ users }) => users.delete.bind(users));
}

export function grantRole(env: Environment, name: string, role: string, options: UserOptions) {
  const asked = { ...options, command: 'users grant' };
  return withUser(
    env,
    name,
    asked,
    ({ roleHolders }) =>
      (realm, id, caller) =>
        roleHolders.grant(realm, id, role, caller),
  );
}

export function revokeRole(env: Environment, name: string, role: string, options: UserOptions) {
  const asked = { ...options, command: 'users revoke' };
  return withUser(
    env,
    name,
    asked,
    ({ roleHolders }) =>
      (realm, id, caller) =>
        roleHolders.revoke(realm, id, role, caller),
  );
}

function lineOf({ id, email, roles, disabled, createdAt }: UserRow): string {
  const state = disabled ? 'disabled' : 'active';
  return [id, email ?? '-', state, roles.join(',') || '-', createdAt.toISOString()].join('  ');
}
