#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as modules from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  addAuditCommands,
  addRoleCommands,
  addUserCommands,
} from './cli/administration-commands.js';
import { CommandFailed, EXIT, type ExitCode } from './cli/exit-codes.js';
import { nodeVersionProblem } from './cli/node-version.js';
import { addWebhookCommands } from './cli/webhook-commands.js';
import { parseDuration } from './kernel/duration.js';
import { DEFAULT_REALM } from './kernel/realm.js';

const manifest = readManifest();
const tooOld = nodeVersionProblem(process.versions.node, manifest.engines.node);
if (tooOld !== undefined) {
  process.stderr.write(`authgraph: ${tooOld}\n`);
  process.exit(EXIT.failed);
}
// The commands are loaded when they are called: `--help` should not wait for a database driver.
modules.enableCompileCache();

const program = new Command('authgraph')
  .description('GraphQL-first authentication service')
  .version(manifest.version)
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

program
  .command('serve')
  .description('run the service')
  .action(async () => end((await import('./cli/serve.js')).serve(process.env)));

const migrate = program
  .command('migrate')
  .description('change the database schema: up, down, status');
migrate
  .command('up')
  .description('apply the pending migrations')
  .option('--create-database', 'make the database that DATABASE_URL names if it is not there')
  .action(async (options) =>
    end((await import('./cli/migrate.js')).migrateUp(process.env, options)),
  );
migrate
  .command('down')
  .description('take back the newest migration: DESTROYS the data in what it drops')
  .option('--yes', 'do not ask')
  .action(async (options) =>
    end((await import('./cli/migrate.js')).migrateDown(process.env, options)),
  );
migrate
  .command('status')
  .description(`list the migrations; exits with ${EXIT.failed} when some are pending`)
  .option('--json', 'print JSON')
  .action(async (options) =>
    end((await import('./cli/migrate.js')).migrateStatus(process.env, options)),
  );

const keys = program
  .command('keys')
  .description('look after the signing keys: list, rotate, withdraw');
keys
  .command('list')
  .description('list the signing keys')
  .addOption(realmOption())
  .option('--json', 'print one JSON object a line')
  .action(async (options) => end((await import('./cli/keys.js')).listKeys(process.env, options)));
keys
  .command('rotate')
  .description('publish the next signing key; it signs once every verifier can know it')
  .addOption(realmOption())
  .option('--json', 'print JSON')
  .action(async (options) => end((await import('./cli/keys.js')).rotateKeys(process.env, options)));
keys
  .command('withdraw')
  .description('take a signing key out at once: every token that it signed is refused')
  .argument('<kid>', 'its id, as "keys list" shows it')
  .addOption(realmOption())
  .action(async (kid, options) =>
    end((await import('./cli/keys.js')).withdrawKey(process.env, kid, options)),
  );

program
  .command('secrets')
  .description('look after AUTHGRAPH_SECRET: reseal')
  .command('reseal')
  .description('seal everything that is stored with the first value of AUTHGRAPH_SECRET')
  .option('--json', 'print one JSON object a line')
  .action(async (options) =>
    end((await import('./cli/secrets.js')).resealSecrets(process.env, options)),
  );

const commands = { env: process.env, end, realmOption };
addUserCommands(program, commands);
addRoleCommands(program, commands);
addAuditCommands(program, commands);
addWebhookCommands(program, commands);

const realms = program
  .command('realms')
  .description('look after realms: create, list, show, set, delete')
  .addHelpText(
    'after',
    `
A setting is the variable of the same name without AUTHGRAPH_, such as accessTokenTtl=5m for
AUTHGRAPH_ACCESS_TOKEN_TTL; docs/configuration.md says which of them a realm can have.`,
  );
realms
  .command('create')
  .description('make a realm; it answers at /realms/<id>/graphql')
  .argument('<id>', 'lower-case letters, digits and "-"')
  .argument('[settings...]', 'name=value')
  .option('--json', 'print JSON')
  .action(async (id, settings, options) =>
    end((await import('./cli/realms.js')).createRealm(process.env, id, settings, options)),
  );
realms
  .command('list')
  .description('list the realms')
  .option('--json', 'print one JSON object a line')
  .action(async (options) =>
    end((await import('./cli/realms.js')).listRealms(process.env, options)),
  );
realms
  .command('show')
  .description('show a realm and what it overrides of the settings')
  .argument('<id>', 'its id')
  .option('--json', 'print JSON')
  .action(async (id, options) =>
    end((await import('./cli/realms.js')).showRealm(process.env, id, options)),
  );
realms
  .command('set')
  .description('override settings in a realm')
  .argument('<id>', 'its id')
  .argument('<settings...>', 'name=value; name= takes the override back')
  .option('--json', 'print JSON')
  .action(async (id, settings, options) =>
    end((await import('./cli/realms.js')).setRealm(process.env, id, settings, options)),
  );
realms
  .command('delete')
  .description('delete a realm with all of its users, sessions and keys')
  .argument('<id>', 'its id')
  .option('--yes', 'do not ask')
  .action(async (id, options) =>
    end((await import('./cli/realms.js')).deleteRealm(process.env, id, options)),
  );

const mail = program.command('mail').description('look at the mails: preview, templates');
mail
  .command('preview')
  .description('write every mail to a folder, as it would look')
  .requiredOption('--to <folder>', 'where to')
  .addOption(realmOption())
  .action(async (options) =>
    end((await import('./cli/mail.js')).previewMails(process.env, options)),
  );
mail
  .command('templates')
  .description('write the templates that come with the service to a folder, to be changed')
  .requiredOption('--to <folder>', 'where to')
  .action(async (options) =>
    end((await import('./cli/mail.js')).writeTemplates(process.env, options)),
  );

const jobs = program
  .command('jobs')
  .description('look after what is done later, such as sending mails: list, retry');
jobs
  .command('list')
  .description('list jobs, those that failed unless --state says otherwise')
  .addOption(realmOption())
  .addOption(
    new Option('--state <state>', 'which ones')
      .choices(['waiting', 'running', 'done', 'failed'])
      .default('failed'),
  )
  .option('--json', 'print one JSON object a line')
  .action(async (options) => end((await import('./cli/jobs.js')).listJobs(process.env, options)));
jobs
  .command('retry')
  .description('send jobs again that failed: those of the ids, or all')
  .argument('[ids...]', 'from "jobs list"')
  .addOption(realmOption())
  .action(async (ids, options) =>
    end((await import('./cli/jobs.js')).retryJobs(process.env, ids, options)),
  );

program
  .command('supertokens')
  .description('come from SuperTokens: import')
  .command('import')
  .description(
    "take over users, sessions and keys from a SuperTokens core's PostgreSQL database; what is " +
      'here already stays, so it can run again',
  )
  .requiredOption('--from <url>', 'its database: postgres://…; nothing in it is changed')
  .option('--table-prefix <prefix>', "the core's postgresql_table_names_prefix with its _", '')
  .option('--firebase-signer-key <key>', "the core's firebase_password_hashing_signer_key")
  .option('--dry-run', 'only count')
  .action(async (options) =>
    end((await import('./cli/supertokens.js')).importCoreCommand(process.env, options)),
  );

program
  .command('cleanup')
  .description('delete sessions that are over, and audit events that are kept no longer')
  .addOption(realmOption())
  .option(
    '--older-than <duration>',
    'keep those that ended less than this ago, such as 30d',
    readDuration,
  )
  .option('--json', 'print JSON')
  .action(async (options) => end((await import('./cli/cleanup.js')).cleanup(process.env, options)));

program
  .command('schema')
  .description("print the subgraph's schema, for composition")
  .action(async () => end((await import('./cli/schema.js')).printSchema()));

program
  .command('lint-schema')
  .description(
    "check a schema's access control: mutations and personal data that are open, " +
      'directives that do not hold',
  )
  .argument('<file>', 'SDL of a subgraph or a supergraph; - reads standard input')
  .option('--json', 'print the findings as JSON')
  .option('--public <mutations>', 'mutations that anybody may call, comma-separated', readList)
  .option(
    '--personal-data <names>',
    'names of the fields that hold personal data, comma-separated',
    readList,
  )
  .option(
    '--scopes <scopes>',
    "all scopes that roles grant, comma-separated; those of authgraph's own roles unless given",
    readList,
  )
  .action(async (file, options) =>
    end((await import('./cli/schema.js')).lintSchemaCommand(file, options)),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await explain(error);
}

async function end(command: Promise<ExitCode>): Promise<void> {
  process.exitCode = await command;
}

/** Says on standard error what went wrong, and resolves to the exit code. */
async function explain(error: unknown): Promise<ExitCode> {
  // commander has said why
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { ConfigError } = await import('./app/config.js');
  const { isDatabaseUnavailable, safeReason } = await import(
    './platform/database/database-failure.js'
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

function realmOption(): Option {
  return new Option('--realm <id>', 'the realm').default(DEFAULT_REALM);
}

function readDuration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw new InvalidArgumentError('It must be a duration such as 30m, 12h or 30d.');
  return seconds;
}

function readList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

function readManifest(): { readonly version: string; readonly engines: { readonly node: string } } {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
}
