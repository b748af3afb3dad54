import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Puts Apollo Router's sources, its schema with them, where cargo keeps what it downloads. */
const FETCH_APOLLO_ROUTER = 'cargo info apollo-router@2.17.0';
const IN_APOLLO_ROUTER =
  'apollo-router-2.17.0/src/configuration/snapshots/apollo_router__configuration__tests__schema_generation.snap';

/** The JSON schema that Apollo Router publishes with its crate; undefined where it is not here. */
export const APOLLO_ROUTER_SCHEMA = findInCrates(IN_APOLLO_ROUTER);
/** The config.schema.json of Cosmo's router, which is in no registry. */
export const COSMO_ROUTER_SCHEMA = process.env.TEST_COSMO_SCHEMA;

if (APOLLO_ROUTER_SCHEMA === undefined)
  process.stderr.write(
    `\n*** apollo-router.yaml is NOT checked against its schema. Run: ${FETCH_APOLLO_ROUTER} ***\n\n`,
  );
if (COSMO_ROUTER_SCHEMA === undefined)
  process.stderr.write(
    '\n*** cosmo-router.config.yaml is NOT checked against its schema: set TEST_COSMO_SCHEMA to a copy of router/pkg/config/config.schema.json of wundergraph/cosmo ***\n\n',
  );

/** It is published as a snapshot: JSON after a header of its own. */
export function apolloRouterSchema(): object {
  const snapshot = readFileSync(APOLLO_ROUTER_SCHEMA ?? '', 'utf8');
  return JSON.parse(snapshot.slice(snapshot.indexOf('\n{')));
}

function findInCrates(path: string): string | undefined {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  const registries = existsSync(sources) ? readdirSync(sources) : [];
  return registries.map((registry) => join(sources, registry, path)).find(existsSync);
}
