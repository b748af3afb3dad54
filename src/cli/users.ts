import { createUser } from '../features/password/create-user.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { print, readPassword } from './terminal.js';

export interface CreateUserOptions {
  readonly email: string;
  readonly role?: readonly string[];
}

/** Prints the new user's id. */
export function createUserCommand(
  env: Environment,
  { email, role = [] }: CreateUserOptions,
): Promise<ExitCode> {
  return withTables(env, async (services) => {
    print(await createUser(services, { email, password: await readPassword(), roles: role }));
    return EXIT.done;
  });
}
