import type { Command } from 'commander';
import { type CommandsDeps, readList } from './options.js';

/** Commands about schemas: our own, and those of others. */
export function addSchemaCommands(program: Command, { end }: CommandsDeps): void {
  program
    .command('schema')
    .description("print the subgraph's schema, for composition")
    .action(async () => end((await import('../schema.js')).printSchema()));

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
      end((await import('../schema.js')).lintSchemaCommand(file, options)),
    );
}
