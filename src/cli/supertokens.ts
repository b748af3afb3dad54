import { type ImportedApp, supertokens } from '../apis/supertokens/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { print, say } from './terminal.js';

export interface ImportCoreOptions {
  readonly from: string;
  readonly tablePrefix: string;
  readonly firebaseSignerKey?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * Prints a line for each kind of thing: how many there are, and how many of them were new. As JSON
 * a line for each app.
 */
export function importCoreCommand(env: Environment, options: ImportCoreOptions): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    const { dryRun = false } = options;
    const progress = (app: string, kind: string, done: number) => say(`${app}: ${kind} ${done} …`);
    for await (const app of use(supertokens).importFrom({ ...options, dryRun, progress })) {
      print(options.json ? JSON.stringify(app) : [...describe(app)].join('\n'));
    }
    return EXIT.done;
  });
}

function* describe({ appId, counts, leftOut, report }: ImportedApp): Generator<string> {
  yield `app ${appId}`;
  for (const [kind, count] of Object.entries(counts)) {
    yield report === undefined
      ? `  ${kind}: ${count}`
      : `  ${kind}: ${count}, ${report.added[kind] ?? 0} new`;
  }
  for (const [table, count] of Object.entries(leftOut)) yield `  left out: ${count} ${table}`;
  if (report === undefined) return;
  const { unknownHashes, takenIdentifiers, oddSessions } = report;
  if (unknownHashes > 0) yield `  password hashes of unknown kind, left out: ${unknownHashes}`;
  if (takenIdentifiers > 0) yield `  identifiers that other users have here: ${takenIdentifiers}`;
  if (oddSessions > 0) yield `  sessions without a readable handle, left out: ${oddSessions}`;
}
