import { administration } from '../features/administration/index.js';
import { roles } from '../features/roles/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export interface RoleOptions extends RealmOption {
  readonly json?: boolean;
}

export function listRoles(env: Environment, options: RoleOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    for (const role of await use(roles).roles.list(realm)) print(describe(role, options));
    return EXIT.done;
  });
}

export function saveRole(
  env: Environment,
  name: string,
  scopes: readonly string[],
  options: RoleOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const saved = await use(roles).roles.save(realm, { name, scopes }, operator('roles save'));
    print(describe(saved, options));
    return EXIT.done;
  });
}

export function deleteRole(
  env: Environment,
  name: string,
  options: RoleOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    await use(administration).roleHolders.delete(realm, name, operator('roles delete'));
    print(options.json ? JSON.stringify({ name }) : `deleted ${name}`);
    return EXIT.done;
  });
}

function describe(
  { name, scopes }: { readonly name: string; readonly scopes: readonly string[] },
  { json }: RoleOptions,
): string {
  return json ? JSON.stringify({ name, scopes }) : `${name}  ${scopes.join(' ')}`.trimEnd();
}
