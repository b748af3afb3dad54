import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  APOLLO_ROUTER_SCHEMA,
  apolloRouterSchema,
  COSMO_ROUTER_SCHEMAS,
  cosmoRouterValidator,
} from '../harness/router-schemas.js';
import { ROOT } from '../package/packages.js';

const JWKS = 'http://127.0.0.1:4000/.well-known/jwks.json';
const ISSUER = 'http://localhost:4000';
const ALGORITHMS = ['ES256'];
const HEADERS = ['authorization', 'dpop', 'user-agent', 'x-forwarded-for'];
const WHAT_A_CLIENT_ACTS_ON = ['code', 'reason'];

/** With the defaults of what it takes from the environment. */
function read(file: string) {
  const path = join(ROOT, 'examples/supergraph/gateways', file);
  const text = readFileSync(path, 'utf8').replaceAll(/\$\{env\.\w+:-([^}]*)\}/g, '$1');
  return parse(text);
}

describe('the configuration of Apollo Router', () => {
  const configuration = read('apollo-router.yaml');

  it('knows the keys, the issuer and the audience, and forwards what subgraphs need', () => {
    const { authentication, authorization, headers, include_subgraph_errors } = configuration;
    expect(authentication.router.jwt.jwks).toEqual([
      {
        url: JWKS,
        issuers: [ISSUER],
        audiences: [ISSUER],
        algorithms: ALGORITHMS,
        poll_interval: '60s',
      },
    ]);
    expect(authorization.directives.enabled).toBe(true);
    expect(include_subgraph_errors.all.allow_extensions_keys).toEqual(WHAT_A_CLIENT_ACTS_ON);
    expect(headers.all.request.operations).toEqual(
      HEADERS.map((named) => ({ propagate: { named } })),
    );
  });

  describe.skipIf(APOLLO_ROUTER_SCHEMA === undefined)('by the schema that it publishes', () => {
    it('is valid, and would not be with a setting that does not exist or the headers of before 2.16', () => {
      const ajv = new Ajv({ strict: false, validateFormats: false });
      const isValid = ajv.compile(apolloRouterSchema());
      isValid(configuration);
      expect(isValid.errors).toBeNull();
      expect(isValid({ ...configuration, authorisation: {} })).toBe(false);
      const { operations } = configuration.headers.all.request;
      expect(isValid({ ...configuration, headers: { all: { request: operations } } })).toBe(false);
    });
  });
});

describe("the configuration of Cosmo's router", () => {
  const configuration = read('cosmo-router.config.yaml');

  it('knows the keys and the audience, not the issuer, and forwards what subgraphs need', () => {
    const { authentication, headers, subgraph_error_propagation } = configuration;
    expect(authentication.jwt.jwks).toEqual([
      {
        url: JWKS,
        algorithms: ALGORITHMS,
        audiences: [ISSUER],
        refresh_interval: '1m',
        refresh_unknown_kid: { enabled: true, max_wait: '2s', interval: '10s', burst: 2 },
      },
    ]);
    expect(subgraph_error_propagation).toEqual({
      mode: 'pass-through',
      allowed_extension_fields: WHAT_A_CLIENT_ACTS_ON,
    });
    expect(
      headers.all.request.map(({ op, named }: { op: string; named: string }) => [
        op,
        named.toLowerCase(),
      ]),
    ).toEqual(HEADERS.map((named) => ['propagate', named]));
    const { subgraphs } = read('cosmo-graph.yaml');
    expect(subgraphs.map(({ name }: { name: string }) => name)).toEqual([
      'authgraph',
      'products',
      'reviews',
    ]);
  });

  const schemas = COSMO_ROUTER_SCHEMAS.map((file) => [basename(file), file] as const);
  it.each(schemas)('is valid by %s, and would not be misspelt', (_, file) => {
    const isValid = cosmoRouterValidator(file);
    isValid(configuration);
    expect(isValid.errors).toBeNull();
    const { authentication, cors, headers } = configuration;
    const [keys] = authentication.jwt.jwks;
    const withKeys = (jwks: object) => ({
      ...configuration,
      authentication: { jwt: { ...authentication.jwt, jwks: [jwks] } },
    });
    for (const wrong of [
      { ...configuration, authorisation: {} },
      { ...configuration, listen_addr: '4500' },
      { ...configuration, cors: { ...cors, max_age: '1m' } },
      { ...configuration, headers: { ...headers, all: { request: [{ named: 'DPoP' }] } } },
      withKeys({ ...keys, refresh_interval: 60 }),
      withKeys({ ...keys, refresh_interval: '1 minute' }),
      withKeys({ ...keys, issuers: [ISSUER] }),
      withKeys({ ...keys, refresh_unknown_kid: { ...keys.refresh_unknown_kid, wait: '2s' } }),
    ])
      expect(isValid(wrong), JSON.stringify(wrong)).toBe(false);
  });
});

describe('the configuration of Hive Router', () => {
  it('knows the keys, the issuer and the audience, and forwards what subgraphs need', () => {
    const { jwt, authorization, headers, error_masking, csrf } = read('hive-router.config.yaml');
    expect(jwt).toMatchObject({
      jwks_providers: [{ source: 'remote', url: JWKS, refresh_on_unknown_kid: '5s' }],
      issuers: [ISSUER],
      audiences: [ISSUER],
      allowed_algorithms: ALGORITHMS,
    });
    expect(authorization.directives.enabled).toBe(true);
    expect(error_masking.all.extensions.keys).toEqual(WHAT_A_CLIENT_ACTS_ON);
    expect(csrf.required_headers).not.toEqual([]);
    const forwarded = HEADERS.filter((name) => name !== 'dpop');
    expect(headers.all.request).toEqual(forwarded.map((named) => ({ propagate: { named } })));
  });
});
