import { signingKeys } from '../features/signing-keys/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export interface KeyOptions extends RealmOption {
  readonly json?: boolean;
}

export function listKeys(env: Environment, options: KeyOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const ring = await use(signingKeys).rings.read(realm);
    for (const { key, status } of ring.list()) {
      const created = `created ${key.createdAt.toISOString()}`;
      const signs = `signs from ${key.activatesAt.toISOString()}`;
      const line = `${status.padEnd(9)}  ${key.algorithm}  ${key.kid}  ${created}  ${signs}`;
      print(options.json ? jsonOf(key, status) : line);
    }
    return EXIT.done;
  });
}

export function rotateKeys(env: Environment, options: KeyOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const key = await use(signingKeys).rotate.now(realm, operator('keys rotate'));
    const line = `${key.algorithm}  ${key.kid}  signs from ${key.activatesAt.toISOString()}`;
    print(options.json ? jsonOf(key) : line);
    return EXIT.done;
  });
}

export function withdrawKey(env: Environment, kid: string, options: KeyOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const made = await use(signingKeys).withdraw.run(realm, kid, operator('keys withdraw'));
    if (options.json) {
      const successor = made && { kid: made.kid, algorithm: made.algorithm };
      print(JSON.stringify({ withdrawn: kid, successor: successor ?? null }));
      return EXIT.done;
    }
    print(`withdrawn  ${kid}`);
    if (made !== undefined) print(`${made.algorithm}  ${made.kid}  signs from now on`);
    return EXIT.done;
  });
}

interface Key {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly activatesAt: Date;
}

function jsonOf({ kid, algorithm, createdAt, activatesAt }: Key, status?: string): string {
  return JSON.stringify({ kid, algorithm, status, createdAt, activatesAt });
}
