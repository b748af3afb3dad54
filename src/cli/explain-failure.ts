import { CommanderError } from 'commander';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';

/** Says on standard error what went wrong, and resolves to the exit code. */
export async function explainFailure(error: unknown): Promise<ExitCode> {
  // commander has said why
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { ConfigError } = await import('../app/config.js');
  const { isDatabaseUnavailable, safeReason } = await import(
    '../platform/database/database-failure.js'
  );
  const unavailable = isDatabaseUnavailable(error);
  const message = unavailable
    ? `the database is unavailable: ${unavailableReason(safeReason(error))}`
    : messageOf(error);
  process.stderr.write(`authgraph: ${message}\n`);
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof ConfigError) return EXIT.settings;
  return unavailable ? EXIT.unavailable : EXIT.failed;
}

/** PostgreSQL's 3D000 is a database that does not exist: most likely a misspelt one. */
function unavailableReason(reason: string): string {
  return reason.startsWith('3D000')
    ? `${reason}. If its name is right, "authgraph migrate up --create-database" makes it.`
    : reason;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details =
    'details' in error && error.details !== undefined ? ` ${JSON.stringify(error.details)}` : '';
  return `${error.message}${details}`;
}
