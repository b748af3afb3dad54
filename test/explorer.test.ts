import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { password } from '../src/features/password/index.js';
import { startService, type TestService } from './harness/service.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const INTROSPECTION = '{ __schema { types { name } } }';

let service: TestService;

describe('in development', () => {
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('a browser at /graphql gets GraphiQL, whole, without a network', async () => {
    const response = await fetch(`${service.url}/graphql`, { headers: BROWSER });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toMatch(/graphiql/i);
    expect(page.length).toBeGreaterThan(500_000); // the program itself, not a page that loads it
    expect(loadedUrls(page)).toEqual([]);
  });

  it('the page may not be framed, and is not sent to a client that asks for JSON', async () => {
    const page = await fetch(`${service.url}/graphql`, { headers: BROWSER });
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const json = await fetch(
      `${service.url}/graphql?query=${encodeURIComponent('{ __typename }')}`,
      {
        headers: { accept: 'application/json', 'apollo-require-preflight': 'yes' },
      },
    );
    expect(await json.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('the root leads to it, and it carries our name and mark', async () => {
    const page = await fetch(`${service.url}/`, { headers: BROWSER });
    expect(page.url).toBe(`${service.url}/graphql`);
    const html = await page.text();
    expect(html).toContain('<title>authgraph</title>');
    expect(html).toContain('0 0 32 32');
  });

  it('its first operation is for an address that nobody has yet', async () => {
    const addresses = [1, 2].map(async () => {
      const page = await fetch(`${service.url}/graphql`, { headers: BROWSER });
      return /ada-[0-9a-f]{6}@example\.com/.exec(await page.text())?.[0];
    });
    const [first, second] = await Promise.all(addresses);
    expect(first).toBeDefined();
    expect(first).not.toBe(second);
  });

  it('introspection and suggestions help the developer', async () => {
    expect((await service.send(INTROSPECTION)).body.data.__schema.types.length).toBeGreaterThan(10);
    expect((await service.send('{ mee { id } }')).body.errors[0].message).toContain(
      'Did you mean "me"',
    );
  });
});

describe('in production (requirement 25)', () => {
  beforeAll(async () => {
    service = await startService({
      env: { NODE_ENV: 'production', AUTHGRAPH_ISSUER: 'https://auth.example.com' },
    });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('there is no explorer', async () => {
    const response = await fetch(`${service.url}/graphql`, { headers: BROWSER });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/graphiql|<html/i);
  });

  it.each([
    INTROSPECTION,
    '{ __type(name: "User") { fields { name } } }',
    '{ a: __schema { queryType { name } } }',
    '{ ... on Query { __schema { queryType { name } } } }',
  ])('there is no introspection: %s', async (query) => {
    const { status, body } = await service.send(query);
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('nothing suggests a name for what is in a variable', async () => {
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
    const { body } = await service.send(query, {
      input: { email: 'a@example.com', password: 'x', passwrd: 'x' },
    });
    expect(body.errors[0].message).toContain('has a field that type "SignInInput" does not know');
    expect(JSON.stringify(body)).not.toMatch(/did you mean/i);
  });

  it.each([
    '{ mee { id } }',
    '{ me { emial } }',
    'mutation { signUpp(input: {}) { __typename } }',
    'mutation { signIn(inputt: {}) { __typename } }',
    'mutation { signIn(input: { emaill: "a" }) { __typename } }',
    'query ($x: Userr) { __typename }',
    'mutation { signIn(input: { email: "a", password: "b", delivery: COOKY }) { __typename } }',
    '{ me { sessions(frist: 1) { totalCount } } }',
  ])('nothing suggests a name: %s', async (query) => {
    const { status, body } = await service.send(query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toMatch(/did you mean/i);
  });

  it('a failure of ours is masked, under the request id that the log has', async () => {
    using failure = vi
      .spyOn(service.app.use(password).check, 'run')
      .mockRejectedValue(new Error('canary'));
    const { body, headers } = await service.send(
      'mutation { signIn(input: { email: "a@example.com", password: "b" }) { __typename } }',
    );
    expect(failure).toHaveBeenCalledOnce();
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(body.errors[0].extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: headers.get('x-request-id'),
    });
  });

  it('no error carries a stack trace', async () => {
    for (const query of ['{', '{ nope }', 'mutation { signIn(input: 1) { __typename } }']) {
      expect(JSON.stringify((await service.send(query)).body)).not.toMatch(
        /stacktrace|node_modules|\.js:\d/,
      );
    }
  });
});

/** The addresses outside the page that it would load when it is opened. */
function loadedUrls(page: string): string[] {
  // program text is not markup
  const markup = page.replaceAll(/(<script[^>]*>)[\s\S]*?<\/script>/g, '$1</script>');
  return [
    ...markup.matchAll(/(?:src|href)\s*=\s*["']?([^"'\s>]+)/gi),
    ...markup.matchAll(/(?:url\(|@import\s)\s*["']?([^"')\s;]+)/gi),
  ]
    .map(([, url]) => url ?? '')
    .filter((url) => !url.startsWith('data:') && !url.startsWith('#'));
}
