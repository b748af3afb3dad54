import { Command } from 'commander';
import { addAuditCommands } from './commands/audit.js';
import { addCleanupCommand } from './commands/cleanup.js';
import { addJobCommands } from './commands/jobs.js';
import { addKeyCommands } from './commands/keys.js';
import { addMailCommands } from './commands/mail.js';
import { addMigrateCommands } from './commands/migrate.js';
import type { CommandsDeps } from './commands/options.js';
import { addRealmCommands } from './commands/realms.js';
import { addRoleCommands } from './commands/roles.js';
import { addSchemaCommands } from './commands/schema.js';
import { addSecretCommands } from './commands/secrets.js';
import { addServeCommand } from './commands/serve.js';
import { addSupertokensCommands } from './commands/supertokens.js';
import { addUserCommands } from './commands/users.js';
import { addWebhookCommands } from './commands/webhooks.js';
import { EXIT } from './exit-codes.js';

/** In the order of the help. What a command does is loaded when it is called. */
const COMMANDS = [
  addServeCommand,
  addMigrateCommands,
  addKeyCommands,
  addSecretCommands,
  addUserCommands,
  addRoleCommands,
  addAuditCommands,
  addWebhookCommands,
  addRealmCommands,
  addMailCommands,
  addJobCommands,
  addSupertokensCommands,
  addCleanupCommand,
  addSchemaCommands,
];

/** The command line. Throws a CommanderError where it would end the process. */
export function createProgram(version: string, deps: CommandsDeps): Command {
  const program = new Command('authgraph')
    .description('GraphQL-first authentication service')
    .version(version)
    .exitOverride()
    .addHelpText(
      'after',
      `
Settings are environment variables; docs/configuration.md lists them.

Exit codes:
  ${EXIT.done}    done
  ${EXIT.failed}    the command failed; "migrate status": migrations are pending;
       "lint-schema": there are findings
  ${EXIT.usage}    it was called wrongly
  ${EXIT.unavailable}   the database is unavailable
  ${EXIT.settings}   the settings are wrong`,
    );
  for (const add of COMMANDS) add(program, deps);
  return program;
}
