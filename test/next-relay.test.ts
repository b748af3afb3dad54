import { authgraph } from '@authgraph/sdk/next';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_PASSWORD, ME, SIGN_UP } from './harness/graphql-client.js';
import { startScriptedServer } from './harness/scripted-server.js';
import { startService, type TestService } from './harness/service.js';

const APP = 'https://app.example.com';
const ISSUER = 'http://localhost:4000';

describe("a route of Next.js that relays to the service, under the app's own origin,", () => {
  let service: TestService;
  beforeAll(async () => {
    const env = { AUTHGRAPH_ALLOWED_ORIGINS: APP, AUTHGRAPH_TRUST_PROXY: '127.0.0.1' };
    service = await startService({ env });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  function relay(
    endpoint: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const POST = authgraph({ issuer: ISSUER, audience: ISSUER, endpoint }).relayRoute();
    const init = { method: 'POST', body: JSON.stringify(body) };
    const own = { 'content-type': 'application/json', origin: APP };
    return POST(new Request(`${APP}/auth/graphql`, { ...init, headers: { ...own, ...headers } }));
  }

  it('hands over the cookies of a sign-up, and knows the user by them', async () => {
    const input = { email: 'ada@users.example.com', password: GOOD_PASSWORD, delivery: 'COOKIE' };
    const from = { 'user-agent': 'Firefox', 'x-forwarded-for': '203.0.113.9' };
    const body = { query: SIGN_UP, variables: { input } };
    const signedUp = await relay(`${service.url}/graphql`, body, from);
    expect(signedUp.headers.get('cache-control')).toBe('private, no-store');
    expect((await signedUp.json()).data.signUp).toMatchObject({ __typename: 'SignedIn' });
    const lines = signedUp.headers.getSetCookie();
    expect(lines.length).toBeGreaterThanOrEqual(2);
    const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ');
    const me = await relay(`${service.url}/graphql`, { query: ME }, { cookie, ...from });
    expect((await me.json()).data.me.email).toBe(input.email);
    expect(await service.sql('select ip_address, user_agent from sessions')).toEqual([
      { ip_address: '203.0.113.9', user_agent: 'Firefox' },
    ]);
  });

  it('leaves it to the service which pages may use cookies', async () => {
    const cookie = 'authgraph-at=any';
    const foreign = { origin: 'https://evil.example.com', cookie };
    const answer = await relay(`${service.url}/graphql`, { query: ME }, foreign);
    expect(answer.status).toBe(403);
    expect((await answer.json()).errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it("passes on authgraph's own cookies and no others, in neither way", async () => {
    await using server = await startScriptedServer((_request, response) => {
      response.setHeader('set-cookie', ['authgraph-at=new; Path=/', 'BALANCER=7; Path=/']);
      response.setHeader('server', 'nginx');
      response.setHeader('www-authenticate', 'Bearer realm="authgraph"');
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"errors":[]}');
    });
    const headers = { cookie: 'theme=dark; authgraph-rt=old; cart=7', 'x-internal': 'secret' };
    const answer = await relay(`${server.url}/graphql`, { query: ME }, headers);
    expect(server.seen[0]?.headers).toMatchObject({ cookie: 'authgraph-rt=old', origin: APP });
    expect(server.seen[0]?.headers).not.toHaveProperty('x-internal');
    expect(server.seen[0]?.query).toBe(ME);
    expect([answer.status, await answer.text()]).toEqual([401, '{"errors":[]}']);
    expect(answer.headers.getSetCookie()).toEqual(['authgraph-at=new; Path=/']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="authgraph"');
    expect(answer.headers.get('server')).toBeNull();
  });

  it('says that the service cannot be reached, which is no sign-out', async () => {
    const answer = await relay('http://127.0.0.1:1/graphql', { query: ME });
    expect(answer.status).toBe(503);
    expect((await answer.json()).errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE');
  });
});
