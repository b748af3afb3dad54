import { password } from '../features/password/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print, readPassword } from './terminal.js';

export interface CreateUserOptions extends RealmOption {
  readonly email: string;
  readonly role?: readonly string[];
}

/** Prints the new user's id. */
export function createUserCommand(env: Environment, options: CreateUserOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { email, role: roles = [] } = options;
    const { signUp } = use(password);
    const user = { email, password: await readPassword(), roles };
    print(await signUp.create(realm, user, operator('users create')));
    return EXIT.done;
  });
}
