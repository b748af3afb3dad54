import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, TEST_SECRET, type TestService } from './harness/service.js';

/** What Apollo Server decides: 400 also for `application/json`. */
const APOLLO = [
  'SHOULD use 200 status code on document parsing failure when accepting application/json',
  'SHOULD use 200 status code on document validation failure when accepting application/json',
  'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
];
/** They introspect, which is off in production. */
const INTROSPECTING = [
  'MUST accept utf-8 encoded request',
  'SHOULD allow map {variables} parameter when accepting application/graphql-response+json',
  'MUST allow map {variables} parameter when accepting application/json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
];

/** The audits of the GraphQL over HTTP specification, from its reference implementation. */
describe.each<[string, Record<string, string>, readonly string[]]>([
  ['in development', {}, APOLLO],
  [
    'in production',
    {
      NODE_ENV: 'production',
      AUTHGRAPH_SECRET: TEST_SECRET,
      AUTHGRAPH_ISSUER: 'https://auth.example.com',
    },
    [...APOLLO, ...INTROSPECTING],
  ],
])('GraphQL over HTTP %s', (_mode, env, exceptions) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ env });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const audits = serverAudits({
    url: () => `${service.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...headersOf(init), 'apollo-require-preflight': '1' } }),
  });

  const wanted = audits.filter(({ name }) => !exceptions.includes(name));

  it.each(wanted.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  });

  it('leaves out only what would fail', async () => {
    const others = audits.filter(({ name }) => exceptions.includes(name));
    for (const audit of others) expect((await audit.fn()).status, audit.name).not.toBe('ok');
    expect(others).toHaveLength(exceptions.length);
  });
});

function headersOf({ headers }: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}
