import { rotateSigningKey } from '../features/signing-keys/rotate-signing-key.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { print } from './terminal.js';

export function listKeys(env: Environment): Promise<ExitCode> {
  return withTables(env, async ({ keys }) => {
    await keys.reload('database');
    for (const { key, status } of keys.list()) {
      const times = `created ${key.createdAt.toISOString()}  signs from ${key.activatesAt.toISOString()}`;
      print(`${status.padEnd(9)}  ${key.algorithm}  ${key.kid}  ${times}`);
    }
    return EXIT.done;
  });
}

export function rotateKeys(env: Environment): Promise<ExitCode> {
  return withTables(env, async (services) => {
    const key = await rotateSigningKey(services);
    print(`${key.algorithm}  ${key.kid}  signs from ${key.activatesAt.toISOString()}`);
    return EXIT.done;
  });
}
