import { parseSetCookie } from 'cookie';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUpUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const APP = 'https://app.example.com';
const FOREIGN = 'https://attacker.example.com';
const NAMES_OVER_HTTP = { access: 'authgraph-at', refresh: 'authgraph-rt' };
const NAMES_OVER_HTTPS = { access: '__Host-authgraph-at', refresh: '__Host-authgraph-rt' };

let users = 0;
const newInput = () => ({
  email: `cookie-${++users}@users.example.com`,
  password: GOOD_PASSWORD,
  delivery: 'COOKIE',
});

type SetCookie = ReturnType<typeof parseSetCookie>;

function cookiesOf(answer: Answer): SetCookie[] {
  return answer.headers.getSetCookie().map((line) => parseSetCookie(line));
}

/** What a browser would send back. */
function cookieHeader(answer: Answer): string {
  return cookiesOf(answer)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

describe.each([
  { issuer: 'http://localhost:4000', names: NAMES_OVER_HTTP, secure: undefined, production: false },
  { issuer: 'https://auth.example.com', names: NAMES_OVER_HTTPS, secure: true, production: true },
])('cookies of a service at $issuer', ({ issuer, names, secure, production }) => {
  let service: TestService;
  beforeAll(async () => {
    const env = {
      AUTHGRAPH_ISSUER: issuer,
      AUTHGRAPH_ALLOWED_ORIGINS: `${APP}, https://two.example.com`,
    };
    service = await startService({ env: production ? { ...env, NODE_ENV: 'production' } : env });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  async function signedUp(): Promise<{ answer: Answer; cookie: string; sessionId: string }> {
    const answer = await service.send(SIGN_UP, { input: newInput() });
    return { answer, cookie: cookieHeader(answer), sessionId: answer.body.data.signUp.session.id };
  }

  async function sessionRow(id: string): Promise<unknown> {
    return (
      await service.sql(
        'select generation, ended_at is not null as ended from sessions where id = ?',
        [id],
      )
    )[0];
  }

  it('have the attributes that were designed, and each is under 4,096 bytes (requirement 21)', async () => {
    const { answer } = await signedUp();
    const lines = answer.headers.getSetCookie();
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(4_096);
    const [access, refresh] = cookiesOf(answer);
    expect([access?.name, refresh?.name]).toEqual([names.access, names.refresh]);
    for (const cookie of [access, refresh]) {
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
      expect(cookie?.secure).toBe(secure);
      expect(cookie?.domain).toBeUndefined();
    }
    const days = ((refresh?.expires?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(14, 1);
  });

  it('deliver tokens that never stand in the body, at sign-up, sign-in and refresh (requirement 21)', async () => {
    const input = newInput();
    const up = await service.send(SIGN_UP, { input });
    const signedIn = await service.send(SIGN_IN, { input });
    const refreshed = await service.send(REFRESH, {}, { cookie: cookieHeader(signedIn) });
    expect(up.body.data.signUp).toMatchObject({ __typename: 'SignedIn', tokens: null });
    expect(signedIn.body.data.signIn).toMatchObject({ __typename: 'SignedIn', tokens: null });
    expect(refreshed.body.data.refreshSession).toMatchObject({
      __typename: 'SessionRefreshed',
      tokens: null,
    });
    for (const answer of [up, signedIn, refreshed]) {
      const text = JSON.stringify(answer.body);
      const values = cookiesOf(answer).map(({ value }) => value ?? '');
      expect(values.length).toBeGreaterThanOrEqual(2);
      for (const value of values) {
        expect(value.length).toBeGreaterThan(40);
        expect(text).not.toContain(value);
      }
      expect(text).not.toMatch(/ag_rt_|eyJ/);
    }
  });

  it('sign the user in for me, and work again after a refresh by cookie, which spends the old one (requirement 21)', async () => {
    const { cookie, sessionId } = await signedUp();
    expect((await service.send(ME, {}, { cookie })).body.data.session).toEqual({ id: sessionId });
    const refreshed = await service.send(REFRESH, {}, { cookie });
    const next = cookieHeader(refreshed);
    expect(next).not.toBe(cookie);
    expect(await sessionRow(sessionId)).toEqual({ generation: 1, ended: false });
    expect((await service.send(ME, {}, { cookie: next })).body.data.session).toEqual({
      id: sessionId,
    });
  });

  it('are not set for a client that takes its tokens from the body, also when it refreshes', async () => {
    const user = await signUpUser(service.send);
    const refreshed = await service.send(REFRESH, { refreshToken: user.refreshToken });
    expect(refreshed.body.data.refreshSession.tokens.refreshToken).toMatch(/^ag_rt_/);
    expect(refreshed.headers.getSetCookie()).toEqual([]);
    expect((await service.send(ME, {}, bearer(user.accessToken))).headers.getSetCookie()).toEqual(
      [],
    );
  });

  it('are cleared at sign-out, which ends the session (requirement 21)', async () => {
    const { cookie, sessionId } = await signedUp();
    const answer = await service.send(SIGN_OUT, {}, { cookie });
    expect(answer.body.data.signOut).toEqual({ endedSessions: 1 });
    expect(await sessionRow(sessionId)).toEqual({ generation: 0, ended: true });
    const cleared = cookiesOf(answer);
    expect(cleared.map(({ name }) => name)).toEqual([names.access, names.refresh]);
    for (const entry of cleared) {
      expect(entry).toMatchObject({ value: '', httpOnly: true, sameSite: 'lax', path: '/' });
      // without it a browser would not let go of a __Host- cookie
      expect(entry.secure).toBe(secure);
      expect(entry.expires?.getTime()).toBe(0);
    }
    expect((await service.send(ME, {}, { cookie })).status).toBe(401);
  });

  it.each([undefined, APP, 'https://two.example.com', issuer])(
    'work for a request with Origin %s (requirement 21)',
    async (origin) => {
      const headers: Record<string, string> = origin === undefined ? {} : { origin };
      const up = await service.send(SIGN_UP, { input: newInput() }, headers);
      const me = await service.send(ME, {}, { ...headers, cookie: cookieHeader(up) });
      expect(me.body.data.session).toEqual({ id: up.body.data.signUp.session.id });
    },
  );

  it.each([
    FOREIGN,
    'null',
    '',
    `${APP}.attacker.example.com`,
    `${APP}:8443`,
    APP.replace('https', 'http'),
    `${APP}/`,
    `${APP}, ${FOREIGN}`,
  ])(
    'are refused to a page with Origin "%s", before anything is done (requirements 21 and 22)',
    async (origin) => {
      const { cookie, sessionId } = await signedUp();
      const input = newInput();
      for (const [query, variables] of [
        [ME],
        [REFRESH],
        [SIGN_OUT],
        [SIGN_OUT, { input: { everywhere: true } }],
      ] as const) {
        const answer = await service.send(query, variables, { cookie, origin });
        expect(answer.status).toBe(403);
        expect(answer.body.errors[0].extensions.code).toBe('FORBIDDEN');
        expect(answer.body.data ?? null).toBeNull();
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      const up = await service.send(SIGN_UP, { input }, { origin });
      expect(up.status).toBe(403);
      expect(up.body.errors[0].extensions.code).toBe('FORBIDDEN');
      expect(up.headers.getSetCookie()).toEqual([]);
      expect(await sessionRow(sessionId)).toEqual({ generation: 0, ended: false });
      expect(await service.sql('select id from users where email = ?', [input.email])).toEqual([]);
    },
  );

  it('of other sites and services do not matter, whatever the Origin', async () => {
    const { status } = await service.send(
      ME,
      {},
      { cookie: 'theme=dark; xauthgraph-at=1; authgraph-att=2', origin: FOREIGN },
    );
    expect(status).toBe(200);
  });

  it('that come twice are refused, as somebody has planted one (requirements 21 and 30)', async () => {
    const { cookie, sessionId } = await signedUp();
    const [access = '', refresh = ''] = cookie.split('; ');
    for (const twice of [
      `${access}; ${access}`,
      `${access}; ${names.access}=planted`,
      `${names.refresh}=; ${refresh}`,
      `${refresh}; x=1; ${refresh}`,
    ]) {
      const answer = await service.send(REFRESH, {}, { cookie: twice });
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    }
    expect(await sessionRow(sessionId)).toEqual({ generation: 0, ended: false });
  });

  it('count less than an Authorization header', async () => {
    const { cookie } = await signedUp();
    const other = await signUpUser(service.send);
    expect(
      (await service.send(ME, {}, { cookie, ...bearer(other.accessToken) })).body.data.me.id,
    ).toBe(other.id);
    expect((await service.send(ME, {}, { cookie, ...bearer('garbage') })).status).toBe(401);
  });

  it('under the names of the other scheme are not read', async () => {
    const { cookie } = await signedUp();
    const [strange, own] = secure
      ? [NAMES_OVER_HTTP, NAMES_OVER_HTTPS]
      : [NAMES_OVER_HTTPS, NAMES_OVER_HTTP];
    const renamed = cookie
      .replaceAll(own.access, strange.access)
      .replaceAll(own.refresh, strange.refresh);
    expect(renamed).not.toBe(cookie);
    expect((await service.send(ME, {}, { cookie: renamed })).body.data).toEqual({
      me: null,
      session: null,
    });
    expect(
      (await service.send(REFRESH, {}, { cookie: renamed })).body.data.refreshSession,
    ).toMatchObject({ reason: 'MISSING' });
  });

  it('do not keep a browser signed in to what it may not read: CORS headers go to allowed origins alone', async () => {
    const preflight = (origin: string) =>
      fetch(`${service.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
    const allowed = await preflight(APP);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(APP);
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.headers.get('vary')).toContain('Origin');
    const read = await service.send(ME, {}, { origin: APP });
    expect(read.headers.get('access-control-allow-origin')).toBe(APP);
    for (const origin of [FOREIGN, 'null']) {
      const refused = await preflight(origin);
      expect(corsHeaders(refused.headers)).toEqual([]);
      expect(corsHeaders((await service.send(ME, {}, { origin })).headers)).toEqual([]);
    }
    expect(corsHeaders((await service.send(ME)).headers)).toEqual([]);
  });
});

function corsHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'));
}
