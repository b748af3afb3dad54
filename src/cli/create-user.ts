import { invitations } from '../features/invitations/index.js';
import { password } from '../features/password/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withRealm } from './set-up.js';
import { print, readPassword } from './terminal.js';
import type { UserOptions } from './users.js';

export interface CreateUserOptions extends UserOptions {
  readonly email: string;
  readonly role?: readonly string[];
  /** Let them choose their password by the link of a mail. */
  readonly invite?: boolean;
}

/** Prints the new user's id. */
export function createUserCommand(env: Environment, options: CreateUserOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { email, role: roles = [], invite } = options;
    const caller = operator('users create');
    const id = invite
      ? await use(invitations).invite.run(realm, { email, roles }, caller)
      : await use(password).signUp.create(
          realm,
          { email, password: await readPassword(), roles },
          caller,
        );
    print(options.json ? JSON.stringify({ id }) : id);
    return EXIT.done;
  });
}
