import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ROOT } from '../package/packages.js';

/** Puts Apollo Router's sources, its schema with them, where cargo keeps what it downloads. */
const FETCH_APOLLO_ROUTER = 'cargo info apollo-router@2.17.0';
const IN_APOLLO_ROUTER =
  'apollo-router-2.17.0/src/configuration/snapshots/' +
  'apollo_router__configuration__tests__schema_generation.snap';

/** The JSON schema that Apollo Router publishes with its crate; undefined where it is not here. */
export const APOLLO_ROUTER_SCHEMA = findInCrates(IN_APOLLO_ROUTER);
/**
 * The part of Cosmo's schema that the example uses; and the whole, which is in no registry, where
 * TEST_COSMO_SCHEMA is a copy of router/pkg/config/config.schema.json of wundergraph/cosmo.
 */
export const COSMO_ROUTER_SCHEMAS = [
  join(ROOT, 'test/routers/cosmo-router.schema.json'),
  process.env.TEST_COSMO_SCHEMA ?? [],
].flat();

if (APOLLO_ROUTER_SCHEMA === undefined)
  process.stderr.write(
    '\n*** apollo-router.yaml is NOT checked against its schema. ' +
      `Run: ${FETCH_APOLLO_ROUTER} ***\n\n`,
  );

/** It is published as a snapshot: JSON after a header of its own. */
export function apolloRouterSchema(): object {
  const snapshot = readFileSync(APOLLO_ROUTER_SCHEMA ?? '', 'utf8');
  return JSON.parse(snapshot.slice(snapshot.indexOf('\n{')));
}

/** With the keyword and the formats that Cosmo's router adds, in its json_schema.go. */
export function cosmoRouterValidator(file: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, logger: false });
  ajv.addKeyword({
    keyword: 'duration',
    validate: ({ minimum = '0s' }: { minimum?: string }, value: string) =>
      milliseconds(value) >= milliseconds(minimum),
  });
  ajv.addFormat('hostname-port', /^[a-z\d][a-z\d.-]*:\d{1,5}$/i);
  ajv.addFormat('http-url', /^https?:\/\/[^/]/);
  ajv.addFormat('x-uri', /^\//);
  ajv.addFormat('file-path', /[^/]$/);
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
}

/** Of Go's durations those of one unit; NaN, which no minimum admits, for anything else. */
function milliseconds(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? [];
  return Number(count) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? Number.NaN);
}

function findInCrates(path: string): string | undefined {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  const registries = existsSync(sources) ? readdirSync(sources) : [];
  return registries.map((registry) => join(sources, registry, path)).find(existsSync);
}
