import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { transfer } from '../features/transfer/index.js';
import { operator } from '../kernel/caller.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print, say } from './terminal.js';

export interface ImportOptions extends RealmOption {
  readonly json?: boolean;
}

const LINES_A_REPORT = 5_000;

/** Ends with `failed` when lines were refused; what was imported stays. */
export function importUsers(
  env: Environment,
  file: string,
  options: ImportOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    let reported = 0;
    const { importUsers: users } = use(transfer);
    const done = await users.run(realm, linesOf(file), operator('users import'), {
      onProgress: (progress) => {
        if (progress.lines - reported < LINES_A_REPORT) return;
        reported = progress.lines;
        say(`${progress.lines} lines, ${progress.imported} imported …`);
      },
      onRefused: (line, reason) => say(`line ${line}: ${reason}`),
    });
    const { imported, known, refused } = done;
    print(
      options.json
        ? JSON.stringify(done)
        : `imported ${imported}, were there already ${known}, refused ${refused}`,
    );
    return refused > 0 ? EXIT.failed : EXIT.done;
  });
}

/** JSON lines, in the form that an import reads. */
export function exportUsers(
  env: Environment,
  { passwords = false, ...options }: RealmOption & { readonly passwords?: boolean },
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    for await (const line of use(transfer).exportUsers(realm, { passwords })) print(line);
    return EXIT.done;
  });
}

/** Reading begins with the first line that is asked for: until then lines would be lost. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let failure: Error | undefined;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  input.once('error', (error: Error) => {
    failure = error;
    lines.close();
  });
  yield* lines;
  if (failure !== undefined) throw new CommandFailed(failure.message, EXIT.usage);
}
