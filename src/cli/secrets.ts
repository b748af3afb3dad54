import { reseal } from '../platform/seals/reseal.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { print } from './terminal.js';

/** Seals everything that is stored with the first value of AUTHGRAPH_SECRET. */
export function resealSecrets(
  env: Environment,
  { json = false }: { readonly json?: boolean },
): Promise<ExitCode> {
  return withTables(env, async ({ platform, features }) => {
    const { database, secrets } = platform;
    await using patient = await database.withoutTimeLimit();
    let complete = true;
    for (const column of features.flatMap(({ sealed }) => sealed ?? [])) {
      const { moved, current, unreadable } = await reseal(patient, secrets, column);
      const what = `${column.table}.${column.column}`;
      if (json) print(JSON.stringify({ what, moved, current, unreadable }));
      else print(`${what}: ${moved} sealed again, ${current} already under the first secret`);
      if (unreadable.length > 0) complete = false;
      if (json) continue;
      for (const row of unreadable) print(`  opens with none of the secrets: ${row}`);
    }
    return complete ? EXIT.done : EXIT.failed;
  });
}
