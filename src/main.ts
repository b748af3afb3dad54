#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { DocumentNode } from 'graphql';
import type { DestinationStream, Logger } from 'pino';
import type { Config } from './config.js';
import type { Services } from './flows/services.js';
import { parseDuration } from './kernel/duration.js';

/** Exit codes: 1 the command failed, 2 it was called wrongly, 69 the database is unavailable, 78 the settings are wrong (sysexits). */
const EXIT = { failed: 1, usage: 2, unavailable: 69, settings: 78 } as const;

/** A failure that the message explains whole. Stands above the `await` that runs the commands: classes are not hoisted. */
class CommandFailed extends Error {}

enableCompileCache();

const program = new Command('authgraph')
  .description('GraphQL-first authentication service')
  .version(version())
  .exitOverride()
  .addHelpText(
    'after',
    `
Settings are environment variables; docs/configuration.md lists them.

Exit codes:
  0    done
  ${EXIT.failed}    the command failed; "migrate status": migrations are pending; "lint-schema": there are findings
  ${EXIT.usage}    it was called wrongly
  ${EXIT.unavailable}   the database is unavailable
  ${EXIT.settings}   the settings are wrong`,
  );

program.command('serve').description('run the service').action(serve);

const migrate = program.command('migrate').description('change the database schema: up, down, status');
migrate.command('up').description('apply the pending migrations').action(withCore(migrateUp));
migrate
  .command('down')
  .description('take back the newest migration: DESTROYS the data in what it drops')
  .option('--yes', 'do not ask')
  .action(withCore(migrateDown));
migrate.command('status').description('list the migrations; exits with 1 when some are pending').action(withCore(migrateStatus));

const keys = program.command('keys').description('look after the signing keys: list, rotate');
keys.command('list').description('list the signing keys').action(withSchema(listKeys));
keys.command('rotate').description('publish the next signing key; it signs once every verifier can know it').action(withSchema(rotateKeys));

program
  .command('users')
  .description('look after users: create')
  .command('create')
  .description('make a user and print its id; the password is asked for, or read from standard input when that is no terminal')
  .requiredOption('--email <address>', 'email address')
  .option('--role <name>', 'grant a role, such as admin (may be given several times)', (role: string, roles: string[] = []) => [
    ...roles,
    role,
  ])
  .action(withSchema(createUser));

program
  .command('cleanup')
  .description('delete sessions that are over')
  .option('--older-than <duration>', 'keep those that ended less than this ago, such as 30d', readDuration)
  .action(withSchema(cleanup));

program.command('schema').description("print the subgraph's schema, for composition").action(printSchema);

program
  .command('lint-schema')
  .description("check a schema's access control: mutations and personal data that are open, directives that do not hold")
  .argument('<file>', 'SDL of a subgraph or a supergraph; - reads standard input')
  .option('--json', 'print the findings as JSON')
  .option('--public <mutations>', 'mutations that anybody may call, comma-separated', readList)
  .option('--personal-data <names>', 'names of the fields that hold personal data, comma-separated', readList)
  .option('--scopes <scopes>', "all scopes that roles grant, comma-separated; those of authgraph's own roles unless given", readList)
  .action(lintSchema);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await explain(error);
}

async function serve(): Promise<void> {
  const { config, log, secret } = await setUp();
  const { startApp } = await import('./app.js');
  for (const name of config.unknownSettings) log.warn({ name }, `${name} is not a setting; it has no effect`);
  const { createRequestLog } = await import('./http/log.js');
  const app = await startApp({ config, log, requestLog: createRequestLog(config.logLevel), secret });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopping = true;
      log.info({ signal }, 'Shutting down');
      app.stop().then(
        () => log.info({}, 'Stopped'),
        (error: unknown) => {
          log.error({ err: error }, 'The shutdown failed');
          process.exitCode = EXIT.failed;
        },
      );
    });
  }
  await app.firstAttempt;
  if (stopping) return;
  log.info({ url: app.url, issuer: config.issuer, production: config.production }, 'Listening');
  if (!config.production) print(welcome(app.url, config));
}

async function migrateUp({ database }: Services): Promise<void> {
  const { applyMigrations } = await import('./storage/migrations.js');
  const names = await applyMigrations(database);
  print(names.length === 0 ? 'Nothing to do: all migrations are applied.' : names.map((name) => `applied ${name}`).join('\n'));
}

async function migrateDown({ database }: Services, options: { yes?: boolean }): Promise<void> {
  const { revertLastMigration } = await import('./storage/migrations.js');
  if (options.yes !== true && !(await confirm('This destroys the data in the tables that it drops. Go on? (yes/no) '))) {
    throw new CommandFailed('Not done. Call it with --yes to do it without a question.');
  }
  const name = await revertLastMigration(database);
  print(name === undefined ? 'Nothing to do: no migration is applied.' : `took back ${name}`);
}

async function migrateStatus({ database }: Services): Promise<void> {
  const { appliedMigrations, pendingMigrations } = await import('./storage/migrations.js');
  for (const { name, at } of await appliedMigrations(database)) print(`applied  ${name}  ${at.toISOString()}`);
  const pending = await pendingMigrations(database);
  for (const name of pending) print(`pending  ${name}`);
  if (pending.length > 0) process.exitCode = EXIT.failed;
}

async function listKeys({ keys: ring }: Services): Promise<void> {
  await ring.reload('database');
  for (const { key, status } of ring.list()) {
    print(
      `${status.padEnd(9)}  ${key.algorithm}  ${key.kid}  created ${key.createdAt.toISOString()}  signs from ${key.activatesAt.toISOString()}`,
    );
  }
}

async function rotateKeys(services: Services): Promise<void> {
  const { rotateSigningKey } = await import('./flows/rotate-signing-key.js');
  const key = await rotateSigningKey(services);
  print(`${key.algorithm}  ${key.kid}  signs from ${key.activatesAt.toISOString()}`);
}

async function createUser(services: Services, options: { email: string; role?: string[] }): Promise<void> {
  const { createUser: create } = await import('./flows/create-user.js');
  print(await create(services, { email: options.email, password: await readPassword(), roles: options.role ?? [] }));
}

async function cleanup(services: Services, options: { olderThan?: number }): Promise<void> {
  const { cleanupSessions } = await import('./flows/cleanup-sessions.js');
  // Younger ones are still needed: nodes learn from them which access tokens to refuse.
  const olderThan = Math.max(services.keyLifetimes.tokenLifetime, options.olderThan ?? 0);
  const deleted = await cleanupSessions(services, olderThan, (total) => process.stderr.write(`deleted ${total} …\n`));
  print(`deleted ${deleted} sessions`);
}

async function printSchema(): Promise<void> {
  const { buildSubgraph } = await import('./graphql/schema.js');
  process.stdout.write(buildSubgraph().sdl);
}

interface LintSchemaOptions {
  readonly json?: boolean;
  readonly public?: string[];
  readonly personalData?: string[];
  readonly scopes?: string[];
}

async function lintSchema(file: string, options: LintSchemaOptions, command: Command): Promise<void> {
  const { describeFinding } = await import('./sdk/lint-schema/finding.js');
  const { lintSchema: lint } = await import('./sdk/lint-schema/lint-schema.js');
  const { grantableScopes } = await import('./users/role-scopes.policy.js');
  const findings = lint(await readSchema(file, command), {
    publicMutations: options.public,
    personalData: options.personalData,
    grantedScopes: options.scopes ?? grantableScopes(),
  });
  const summary = findings.length === 0 ? 'No findings.' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  print(
    options.json
      ? JSON.stringify({ file, findings }, null, 2)
      : [...findings.map((each) => describeFinding(file, each)), summary].join('\n'),
  );
  if (findings.length > 0) process.exitCode = EXIT.failed;
}

async function readSchema(file: string, command: Command): Promise<DocumentNode> {
  const { GraphQLError, isExecutableDefinitionNode, parse } = await import('graphql');
  try {
    const document = parse(file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8'));
    if (!document.definitions.some(isExecutableDefinitionNode)) return document;
  } catch (error) {
    const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
    command.error(`authgraph: ${file}${line === undefined ? '' : `:${line}`}: ${messageOf(error)}`, { exitCode: EXIT.usage });
  }
  return command.error(`authgraph: ${file}: it holds operations, and is no schema.`, { exitCode: EXIT.usage });
}

/** Runs a command with the services open, and closes them whatever happens. */
function withCore<Options>(command: (services: Services, options: Options) => Promise<void>): (options: Options) => Promise<void> {
  return async (options) => {
    // To standard error: what a command prints is for scripts.
    const { config, log, secret } = await setUp({ level: 'warn', destination: process.stderr });
    const { createCore } = await import('./app.js');
    await using core = await createCore({ config, log, secret });
    await command(core.services, options);
  };
}

/** The same for a command that needs the tables: says what to do when they are not there yet. */
function withSchema<Options>(command: (services: Services, options: Options) => Promise<void>): (options: Options) => Promise<void> {
  return withCore(async (services, options: Options) => {
    const { pendingMigrations } = await import('./storage/migrations.js');
    const pending = await pendingMigrations(services.database);
    if (pending.length > 0) throw new CommandFailed(`${pending.length} migration(s) pending: run "authgraph migrate up" first`);
    await command(services, options);
  });
}

interface LogTarget {
  readonly level: Config['logLevel'];
  readonly destination: DestinationStream;
}

async function setUp(target?: LogTarget): Promise<{ config: Config; log: Logger; secret: string }> {
  const { parseConfig } = await import('./config.js');
  const { createLog } = await import('./http/log.js');
  const config = parseConfig(process.env);
  return {
    config,
    log: createLog(target?.level ?? config.logLevel, target?.destination),
    secret: config.secret ?? (await madeSecret(config)),
  };
}

async function madeSecret(config: Config): Promise<string> {
  const { developmentSecret } = await import('./storage/development-secret.js');
  const { systemRandomness } = await import('./kernel/randomness.js');
  return developmentSecret(config.database.dataDir, systemRandomness);
}

function readDuration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('It must be a duration such as 30m, 12h or 30d.');
  return seconds;
}

function readList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write('Password (not shown): ');
  const password = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }));
  process.stderr.write('\n');
  return password;
}

async function confirm(question: string): Promise<boolean> {
  return process.stdin.isTTY && (await ask(question, process.stderr)) === 'yes';
}

/** Reads a line from the terminal; what is typed is echoed to `echo`. Fails on Ctrl-C and Ctrl-D. */
async function ask(question: string, echo: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: echo, terminal: true });
  const closed = new AbortController(); // without it the question of a closed terminal would stay open for ever
  terminal.once('close', () => closed.abort());
  try {
    return await terminal.question(question, { signal: closed.signal });
  } catch (error) {
    process.stderr.write('\n');
    throw closed.signal.aborted ? new CommandFailed('Not done.') : error;
  } finally {
    terminal.close();
  }
}

/** Says on standard error what went wrong, and resolves to the exit code. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage; // commander has said why
  const { ConfigError } = await import('./config.js');
  const { isDatabaseUnavailable, safeReason } = await import('./storage/database-failure.js');
  const unavailable = isDatabaseUnavailable(error);
  const message = unavailable ? `the database is unavailable: ${safeReason(error)}` : messageOf(error);
  process.stderr.write(`authgraph: ${message}\n`);
  if (error instanceof ConfigError) return EXIT.settings;
  return unavailable ? EXIT.unavailable : EXIT.failed;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && error.details !== undefined ? ` ${JSON.stringify(error.details)}` : '';
  return `${error.message}${details}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function welcome(url: string, config: Config): string {
  const database = config.database.url === undefined ? `embedded, in ${config.database.dataDir}` : 'PostgreSQL (DATABASE_URL)';
  return `
  authgraph is running

  GraphQL    ${url}/graphql   (open it in a browser for the explorer)
  JWKS       ${url}/.well-known/jwks.json
  Health     ${url}/health/ready
  Database   ${database}
  Redis      ${config.redisUrl === undefined ? 'none; keys and revocations are kept in this process' : 'REDIS_URL'}

  A first mutation:

    curl ${url}/graphql -H 'content-type: application/json' -d '{"query":"mutation { signUp(input: { email: \\"ada@example.com\\", password: \\"correct horse battery staple\\" }) { __typename ... on SignedIn { user { id } tokens { accessToken refreshToken } } ... on Problem { message } } }"}'
`;
}
