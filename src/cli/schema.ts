import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { describeFinding, lintSchema } from '@authgraph/sdk/lint';
import { type DocumentNode, GraphQLError, isExecutableDefinitionNode, parse } from 'graphql';
import { FEATURES } from '../app/features.js';
import { ADMIN_ROLE } from '../features/roles/index.js';
import { buildSubgraph } from '../platform/graphql/schema.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { print } from './terminal.js';

export async function printSchema(): Promise<ExitCode> {
  const resolvers = FEATURES.flatMap((each) => each.resolvers ?? []);
  process.stdout.write(buildSubgraph({ resolvers }).sdl);
  return EXIT.done;
}

export interface LintSchemaOptions {
  readonly json?: boolean;
  readonly public?: string[];
  readonly personalData?: string[];
  readonly scopes?: string[];
}

/** Ends with `failed` when there are findings. */
export async function lintSchemaCommand(
  file: string,
  options: LintSchemaOptions,
): Promise<ExitCode> {
  const findings = lintSchema(await readSchema(file), {
    publicMutations: options.public,
    personalData: options.personalData,
    grantedScopes: options.scopes ?? ADMIN_ROLE.scopes,
  });
  const summary =
    findings.length === 0
      ? 'No findings.'
      : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  const lines = [...findings.map((finding) => describeFinding(file, finding)), summary];
  print(options.json ? JSON.stringify({ file, findings }, null, 2) : lines.join('\n'));
  return findings.length > 0 ? EXIT.failed : EXIT.done;
}

async function readSchema(file: string): Promise<DocumentNode> {
  const document = await parseFile(file);
  if (document.definitions.some(isExecutableDefinitionNode)) {
    throw new CommandFailed(`${file}: it holds operations, and is no schema.`, EXIT.usage);
  }
  return document;
}

async function parseFile(file: string): Promise<DocumentNode> {
  try {
    return parse(file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    const line = error instanceof GraphQLError ? `:${error.locations?.[0]?.line ?? 1}` : '';
    throw new CommandFailed(
      `${file}${line}: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.usage,
    );
  }
}
