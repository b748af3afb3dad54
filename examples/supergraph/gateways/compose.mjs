// Composes a supergraph from running subgraphs: node compose.mjs [--plain] OUT NAME=URL...
// Ends with 1 on an error, and on a hint too: what is composed here is meant to be clean.
//
// --plain leaves the access control directives out. Apollo Gateway refuses a supergraph that has
// them: only Apollo's router enforces them at the edge. The subgraphs enforce them in any case, so
// nothing is opened by it.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { Kind, visit } from 'graphql';
import { subgraphSchemas } from './subgraph-schemas.mjs';

const ACCESS_CONTROL = ['authenticated', 'requiresScopes', 'policy'];

const { values, positionals } = parseArgs({
  options: { plain: { type: 'boolean' } },
  allowPositionals: true,
});
const [out, ...subgraphs] = positionals;

const schemas = await subgraphSchemas(subgraphs);
const services = values.plain
  ? schemas.map((schema) => ({ ...schema, typeDefs: withoutAccessControl(schema.typeDefs) }))
  : schemas;

const { errors, hints, supergraphSdl } = composeServices(services);
const findings = [
  ...(errors ?? []).map(({ message }) => message),
  ...(hints ?? []).map(({ message }) => message),
];
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exit(1);
await writeFile(out, supergraphSdl);
console.log(`composed ${services.map(({ name }) => name).join(', ')} without errors or hints`);

function withoutAccessControl(document) {
  return visit(document, {
    Directive: (node) => (ACCESS_CONTROL.includes(node.name.value) ? null : undefined),
    // The names in `@link(import: [...])`.
    ListValue: (node) => ({
      ...node,
      values: node.values.filter(
        (value) =>
          value.kind !== Kind.STRING || !ACCESS_CONTROL.includes(value.value.replace('@', '')),
      ),
    }),
  });
}
