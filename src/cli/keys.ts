import { signingKeys } from '../features/signing-keys/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export function listKeys(env: Environment, options: RealmOption): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const ring = await use(signingKeys).rings.read(realm);
    for (const { key, status } of ring.list()) {
      const created = `created ${key.createdAt.toISOString()}`;
      const signs = `signs from ${key.activatesAt.toISOString()}`;
      print(`${status.padEnd(9)}  ${key.algorithm}  ${key.kid}  ${created}  ${signs}`);
    }
    return EXIT.done;
  });
}

export function rotateKeys(env: Environment, options: RealmOption): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const key = await use(signingKeys).rotate.now(realm, operator('keys rotate'));
    print(`${key.algorithm}  ${key.kid}  signs from ${key.activatesAt.toISOString()}`);
    return EXIT.done;
  });
}

export function withdrawKey(
  env: Environment,
  kid: string,
  options: RealmOption,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const made = await use(signingKeys).withdraw.run(realm, kid, operator('keys withdraw'));
    print(`withdrawn  ${kid}`);
    if (made !== undefined) print(`${made.algorithm}  ${made.kid}  signs from now on`);
    return EXIT.done;
  });
}
