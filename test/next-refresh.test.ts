import { authgraph, type OnDeniedRequest } from '@authgraph/sdk/next';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD, SIGN_UP } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const APP = 'https://app.example.com';
const ISSUER = 'http://localhost:4000';

describe('an expired session in cookies, in Next.js', () => {
  const clock = new FakeClock();
  let service: TestService;
  let next: ReturnType<typeof authgraph>;
  /** How often the service was asked to refresh. */
  let asked: number;
  let cookie: string;
  let sessionId: string;

  beforeAll(async () => {
    // so that an access token has expired for whoever looks at the real time
    clock.advance(-3600);
    service = await startService({ clock, env: { AUTHGRAPH_ALLOWED_ORIGINS: APP } });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const nextWith = (options: { audience?: string; endpoint?: string }) =>
    authgraph({
      issuer: ISSUER,
      audience: ISSUER,
      jwks: `${service.url}/.well-known/jwks.json`,
      endpoint: `${service.url}/graphql`,
      onDenied: () => {},
      fetch: (input, init) => {
        if (init?.method === 'POST') asked++;
        return fetch(input, init);
      },
      ...options,
    });

  let users = 0;
  beforeEach(async () => {
    const email = `next-${++users}@users.example.com`;
    const input = { email, password: GOOD_PASSWORD, delivery: 'COOKIE' };
    const { body, headers } = await service.send(SIGN_UP, { input });
    clock.advance(3600);
    cookie = `theme=dark; ${cookiesOf(headers)}`;
    sessionId = body.data.signUp.session.id;
    next = nextWith({});
    asked = 0;
  });
  afterEach(() => clock.advance(-3600));

  const cookiesOf = (headers: Headers) =>
    headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
  const request = (path: string, headers: Record<string, string> = {}) =>
    new Request(`${APP}${path}`, { headers: { host: 'app.example.com', cookie, ...headers } });
  const end = () =>
    service.sql("update sessions set ended_at = now(), end_reason = 'revoked' where id = ?", [
      sessionId,
    ]);
  const generation = async () =>
    (await service.sql('select generation from sessions where id = ?', [sessionId]))[0];
  const cleared = 'authgraph-at=; authgraph-rt=';

  describe('is renewed by the refresh route, which', () => {
    const visit = (path: string, headers?: Record<string, string>) =>
      next.refreshRoute()(request(path, headers));

    it('leads back with new cookies, which no cache keeps', async () => {
      const response = await visit('/refresh?to=/orders%3Fpage%3D2');
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe('/orders?page=2');
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      const renewed = cookiesOf(response.headers);
      expect(renewed).toMatch(/^authgraph-at=ey[^;]+; authgraph-rt=ag_rt_[^;]+$/);
      expect(await generation()).toEqual({ generation: 1 });
      expect(response.headers.getSetCookie().every((line) => /HttpOnly/i.test(line))).toBe(true);

      // with them there is nothing to renew
      const again = await visit('/refresh?to=/orders', { cookie: renewed });
      expect([again.status, again.headers.get('location')]).toEqual([303, '/orders']);
      expect([again.headers.getSetCookie(), asked]).toEqual([[], 1]);
    });

    it.each([
      'https://attacker.example.com/',
      '//attacker.example.com/',
      '/\\attacker.example.com/',
      '/\t/attacker.example.com/',
      '/.//attacker.example.com/',
      'javascript:alert(1)',
      'https://app.example.com:444/',
      'http://[',
      '/refresh?to=/refresh',
      '',
    ])('leads to the start instead of to "%s"', async (to) => {
      const response = await visit(`/refresh?${new URLSearchParams({ to })}`);
      expect(response.headers.get('location')).toBe('/');
    });

    it('leads those to the sign-in page whose session is over, and removes their cookies', async () => {
      await end();
      const response = await visit('/refresh?to=/orders');
      expect(response.headers.get('location')).toBe('/sign-in?to=%2Forders');
      expect(cookiesOf(response.headers)).toBe(cleared);
    });

    it('leads those to the sign-in page who have no cookies, without asking anybody', async () => {
      const response = await next.refreshRoute({ signIn: '/welcome' })(
        request('/refresh', { cookie: 'theme=dark' }),
      );
      expect(response.headers.get('location')).toBe('/welcome?to=%2F');
      expect(asked).toBe(0);
    });

    it('does not lead back with a token that is refused there, for ever', async () => {
      clock.advance(-3600); // what is issued now has expired as well, by the real time
      const response = await visit('/refresh?to=/orders');
      clock.advance(3600);
      expect(response.headers.get('location')).toBe('/sign-in?to=%2Forders');
      expect(cookiesOf(response.headers)).toMatch(/ag_rt_/);
    });

    it('answers 503 when the service cannot be reached: that is no sign-out', async () => {
      const { refreshRoute } = nextWith({ endpoint: 'http://127.0.0.1:1/graphql' });
      const response = await refreshRoute()(request('/refresh?to=/orders'));
      expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    });

    it('renews nothing for a page of a foreign origin', async () => {
      const response = await visit('/refresh?to=/orders', { origin: 'https://evil.example.com' });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await generation()).toEqual({ generation: 0 });
    });
  });

  describe('is over for the proxy, which', () => {
    const toSignIn: OnDeniedRequest = ({ url }, denial) =>
      denial.body.error.action === 'sign-in'
        ? Response.redirect(new URL('/sign-in', url))
        : undefined;

    it('hands the denial over, and removes the cookies from whatever is answered', async () => {
      await end();
      const proxy = next.middleware({}, toSignIn);
      const response = await proxy(request('/orders'));
      expect(response?.headers.get('location')).toBe(`${APP}/sign-in`);
      expect(cookiesOf(response?.headers ?? new Headers())).toBe(cleared);
      expect(asked).toBe(1);
    });

    it('hands over that the service cannot be reached, which is no sign-out', async () => {
      const { middleware } = nextWith({ endpoint: 'http://127.0.0.1:1/graphql' });
      const response = await middleware({}, toSignIn)(request('/orders'));
      expect([response?.status, response?.headers.getSetCookie()]).toEqual([503, []]);
    });

    it('refreshes for nobody who brings a token in a header', async () => {
      const [, token = ''] = /authgraph-at=([^;]+)/.exec(cookie) ?? [];
      const headers = { authorization: `Bearer ${token}` };
      const response = await next.middleware()(request('/orders', headers));
      expect([response?.status, asked]).toEqual([401, 0]);
      expect(await response?.json()).toMatchObject({ error: { action: 'refresh' } });
    });

    it('asks once for requests that come at once', async () => {
      await end();
      const proxy = next.middleware();
      const responses = await Promise.all(
        Array.from({ length: 10 }, () => proxy(request('/orders'))),
      );
      expect(responses.map((response) => response?.status)).toEqual(Array(10).fill(401));
      expect(asked).toBe(1);
    });
  });
});
