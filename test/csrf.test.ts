import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, GOOD_PASSWORD, SIGN_UP } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const FOREIGN = 'https://attacker.example.com';
const SIGN_OUT_EVERYWHERE =
  'mutation { signOut(input: { everywhere: true }) { ... on SignedOut { endedSessions } } }';
const JSON_BODY = JSON.stringify({ query: SIGN_OUT_EVERYWHERE });

let service: TestService;
let cookie: string;
let sessionId: string;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

let users = 0;
beforeEach(async () => {
  const input = {
    email: `csrf-${++users}@users.example.com`,
    password: GOOD_PASSWORD,
    delivery: 'COOKIE',
  };
  const answer: Answer = await service.send(SIGN_UP, { input });
  cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  sessionId = answer.body.data.signUp.session.id;
});

async function sessionEnded(): Promise<unknown> {
  return (
    await service.sql('select ended_at is not null as ended from sessions where id = ?', [
      sessionId,
    ])
  )[0]?.ended;
}

/**
 * What another site's page can make a signed-in user's browser send without asking first: a
 * "simple" request, with the cookies.
 */
function crossSite(
  init: RequestInit & { headers?: Record<string, string> },
  query = '',
): Promise<Response> {
  return fetch(`${service.url}/graphql${query}`, { ...init, headers: { ...init.headers, cookie } });
}

function multipart(): FormData {
  const form = new FormData();
  form.set('operations', JSON_BODY);
  form.set('map', '{}');
  return form;
}

describe("another site's page cannot act for a signed-in user (requirement 22)", () => {
  it('as a control: the same call as JSON from our own client does end the session', async () => {
    const { status } = await crossSite({
      method: 'POST',
      body: JSON_BODY,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(200);
    expect(await sessionEnded()).toBe(true);
  });

  it.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'text/plain; application/json',
    'text/plain, application/json',
    'text/plain;a=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('with a POST of Content-Type "%s"', async (contentType) => {
    const { status } = await crossSite({
      method: 'POST',
      body: JSON_BODY,
      headers: { 'content-type': contentType },
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await sessionEnded()).toBe(false);
  });

  it('with a POST without a Content-Type', async () => {
    const { status } = await crossSite({ method: 'POST', body: new Blob([JSON_BODY]) });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await sessionEnded()).toBe(false);
  });

  it('with a multipart form, as file uploads use, or an urlencoded one', async () => {
    for (const body of [multipart(), new URLSearchParams({ query: SIGN_OUT_EVERYWHERE })]) {
      const { status } = await crossSite({ method: 'POST', body });
      expect(status).toBe(415);
    }
    expect(await sessionEnded()).toBe(false);
  });

  it.each(['GET', 'HEAD'])(
    'with a %s that names a mutation, preflighted or not',
    async (method) => {
      const query = `?query=${encodeURIComponent(SIGN_OUT_EVERYWHERE)}`;
      const headers: Record<string, string>[] = [
        {},
        { 'apollo-require-preflight': 'yes' },
        { 'content-type': 'application/json' },
      ];
      for (const each of headers) {
        const { status } = await crossSite({ method, headers: each }, query);
        expect([400, 404, 405]).toContain(status);
      }
      expect(await sessionEnded()).toBe(false);
    },
  );

  it('with a GET query that needs no preflight, and with no Origin either', async () => {
    const response = await crossSite(
      { method: 'GET' },
      `?query=${encodeURIComponent('{ me { email } }')}`,
    );
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain(`csrf-${users}@users.example.com`);
  });

  it('with a foreign Origin, whatever else it sends', async () => {
    const headers = {
      'content-type': 'application/json',
      'apollo-require-preflight': 'yes',
      origin: FOREIGN,
    };
    const response = await crossSite({ method: 'POST', body: JSON_BODY, headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const get = await crossSite(
      { method: 'GET', headers },
      `?query=${encodeURIComponent('{ me { email } }')}`,
    );
    expect(get.status).toBe(403);
    expect(await sessionEnded()).toBe(false);
  });

  it('and cannot sign a browser in as somebody else: no cookies are set for a foreign Origin', async () => {
    const input = {
      email: `csrf-${users}@users.example.com`,
      password: GOOD_PASSWORD,
      delivery: 'COOKIE',
    };
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
    const foreign = await service.send(query, { input }, { origin: FOREIGN });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.getSetCookie()).toEqual([]);
    const [{ count } = { count: undefined }] = await service.sql<{ count: number }>(
      'select count(*)::int as count from sessions s join users u on u.id = s.user_id where u.email = ?',
      [input.email],
    );
    expect(count).toBe(1);
  });
});
