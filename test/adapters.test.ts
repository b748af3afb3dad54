import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from './harness/fake-clock.js';
import {
  type AppOptions,
  buildFrameworkApps,
  buildNextApp,
  type FrameworkApp,
  frameworksAreInstalled,
  INSTALL_COMMAND,
  startFrameworkApp,
  startNextApp,
} from './harness/framework-apps.js';
import {
  bearer,
  GOOD_PASSWORD,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { HOSTILE_TOKENS } from './harness/hostile-tokens.js';
import { JwksIssuer, newKey } from './harness/jwks-issuer.js';
import { makeProofKey } from './harness/proof-key.js';
import { sendRaw } from './harness/raw-http.js';
import { startService, type TestService } from './harness/service.js';
import { rotateSigningKey } from './harness/service-parts.js';
import { genuineToken } from './harness/token-forge.js';

/**
 * Every adapter in its real framework. They have the same routes and must give the same answers.
 */
interface Subject {
  readonly name: string;
  readonly app: string;
  readonly ask: Ask;
  /**
   * The framework has an error handler, or a guard for all routes, that answers where a route's own
   * code asks for a session.
   */
  readonly unguarded?: true;
  /** Answers that have no HTTP status and headers of their own. */
  readonly graphql?: true;
}

type Headers = Record<string, string>;
type Ask = (port: number, route: string, headers?: Headers) => Promise<Answer>;

interface Answer {
  readonly status: number;
  readonly userId?: string | null;
  readonly error?: object;
  readonly challenge?: string | null;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'Express 5', app: 'express-5', ask: askHttp, unguarded: true },
  { name: 'Express 4', app: 'express-4', ask: askHttp, unguarded: true },
  { name: 'Fastify', app: 'fastify', ask: askHttp, unguarded: true },
  { name: 'Koa', app: 'koa', ask: askHttp, unguarded: true },
  { name: 'hapi', app: 'hapi', ask: askHttp, unguarded: true },
  { name: 'LoopBack 4', app: 'loopback', ask: askHttp, unguarded: true },
  { name: 'NestJS on Express', app: 'nestjs', ask: askHttp, unguarded: true },
  { name: 'NestJS on Fastify', app: 'nestjs:fastify', ask: askHttp, unguarded: true },
  { name: 'NestJS with GraphQL', app: 'nestjs', ask: askGraphql, graphql: true },
  { name: 'node:http', app: 'node', ask: askHttp },
  { name: 'web Requests', app: 'web', ask: askHttp },
  { name: 'Next.js', app: 'next', ask: askHttp },
  { name: 'Lambda (API Gateway 1.0)', app: 'lambda:payload-1', ask: askHttp },
  { name: 'Lambda (API Gateway 2.0)', app: 'lambda:payload-2', ask: askHttp },
  { name: 'Lambda (ALB)', app: 'lambda:alb', ask: askHttp },
  { name: 'Lambda (ALB, multi-value)', app: 'lambda:alb-multi', ask: askHttp },
  { name: 'Netlify function', app: 'lambda:netlify', ask: askHttp },
];

const ORIGIN = 'https://app.example.com';
/** What clients call the apps that ask for proofs: a proxy before them would have that name. */
const PUBLIC = 'https://api.example.com';
const MISSING = {
  code: 'UNAUTHENTICATED',
  reason: 'TOKEN_MISSING',
  action: 'sign-in',
  message: 'Sign in to do this.',
};
const INVALID = {
  code: 'UNAUTHENTICATED',
  reason: 'TOKEN_INVALID',
  action: 'sign-in',
  message: expect.any(String),
};
const EXPIRED = {
  code: 'UNAUTHENTICATED',
  reason: 'TOKEN_EXPIRED',
  action: 'refresh',
  message: expect.any(String),
};
const UNAVAILABLE = {
  code: 'SERVICE_UNAVAILABLE',
  reason: 'VERIFICATION_UNAVAILABLE',
  action: 'retry',
  message: expect.any(String),
};
const NO_SCOPE = {
  code: 'FORBIDDEN',
  reason: 'SCOPE_MISSING',
  requiredScopes: ['users:read'],
  message: 'This needs the scope users:read.',
};

const HOSTILE = HOSTILE_TOKENS.filter(({ fitsHeader }) => fitsHeader);

/** Longer than the sdk waits before it asks for the keys again when it meets an unknown one. */
const COOLDOWN_MS = 1_100;
/** Longer than the sdk waits after it could not fetch the keys twice. */
const BACK_OFF_MS = 2_100;

if (!frameworksAreInstalled) {
  process.stderr.write(
    `\n*** The framework adapters are NOT tested: the frameworks are not installed. Run: ${INSTALL_COMMAND} ***\n\n`,
  );
}

describe.skipIf(!frameworksAreInstalled)(`framework adapters (need: ${INSTALL_COMMAND})`, () => {
  const clock = new FakeClock();
  let issuer: JwksIssuer;
  let absentIssuer: JwksIssuer;
  let service: TestService;
  const apps = new Map<string, FrameworkApp>();

  beforeAll(async () => {
    // so that the service's tokens have expired for whoever looks at the real time
    clock.advance(-3600);
    [issuer, absentIssuer, service] = await Promise.all([
      JwksIssuer.create(),
      JwksIssuer.create(),
      startService({ clock }),
    ]);
    await absentIssuer.stop();
    const { issuer: iss, audience: aud } = issuer;
    const configurations: AppOptions[] = [
      { issuer: iss, audience: aud, jwks: issuer.jwks, origins: [ORIGIN] },
      { issuer: iss, audience: aud, jwks: absentIssuer.jwks, origins: [ORIGIN] },
      {
        issuer: 'http://localhost:4000',
        audience: 'http://localhost:4000',
        jwks: `${service.url}/.well-known/jwks.json`,
      },
      { issuer: iss, audience: aud, jwks: issuer.jwks, dpop: 'require', proofUrls: [PUBLIC] },
    ];
    await buildFrameworkApps();
    if (SUBJECTS.some(({ app }) => app === 'next'))
      await buildNextApp(configurations[0] as AppOptions); // the one above
    const started = await Promise.allSettled(
      [...new Set(SUBJECTS.map(({ app }) => app))].map(async (app) => {
        apps.set(
          app,
          await (app === 'next'
            ? startNextApp(configurations)
            : startFrameworkApp(app, configurations)),
        );
      }),
    );
    // after all the others, which have to be stopped
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }, 300_000);

  afterAll(async () => {
    await Promise.all([...apps.values()].map((app) => app[Symbol.asyncDispose]()));
    await Promise.all(
      [issuer, absentIssuer, service].map((server) => server?.[Symbol.asyncDispose]()),
    );
  });

  const portOf = ({ app }: Subject, configuration = 0) => apps.get(app)?.ports[configuration] ?? 0;

  describe.each(SUBJECTS)('$name', (subject) => {
    const ask = (route: string, headers?: Headers) => subject.ask(portOf(subject), route, headers);
    /** Over GraphQL there is no header to look at. */
    const challenge = (text: string) => (subject.graphql ? {} : { challenge: text });

    it('answers 401 and "sign in" without a token', async () => {
      expect(await ask('me')).toEqual({
        status: 401,
        error: MISSING,
        ...challenge('Bearer realm="authgraph"'),
      });
    });

    it.each(['garbage', 'a.b.c', 'two words'])(
      'answers 401 and "sign in" to the token "%s"',
      async (garbage) => {
        const invalid = challenge('Bearer realm="authgraph", error="invalid_token"');
        expect(await ask('me', bearer(garbage))).toEqual({
          status: 401,
          error: INVALID,
          ...invalid,
        });
      },
    );

    it('answers 401 and "refresh" to a token that has expired', async () => {
      const past = Math.floor(Date.now() / 1000) - 60;
      const token = await issuer.token({ iat: past - 600, exp: past });
      const invalid = challenge('Bearer realm="authgraph", error="invalid_token"');
      expect(await ask('me', bearer(token))).toEqual({ status: 401, error: EXPIRED, ...invalid });
    });

    it('hands the user over for a valid token', async () => {
      const { sub } = issuer.claims();
      expect(await ask('me', bearer(await issuer.token()))).toMatchObject({
        status: 200,
        userId: sub,
      });
    });

    it('tells the users of simultaneous requests apart', async () => {
      const users = Array.from(
        { length: 8 },
        (_, index) => `0193a5c0-0000-7000-8000-00000000000${index}`,
      );
      const answers = await Promise.all(
        users.map(async (sub) => ask('me', bearer(await issuer.token({ sub })))),
      );
      expect(answers.map(({ userId }) => userId)).toEqual(users);
    });

    it('answers 403 and names the scopes to a token that lacks one', async () => {
      const insufficient = challenge(
        'Bearer realm="authgraph", error="insufficient_scope", scope="users:read"',
      );
      for (const scope of ['', 'users:write', 'users:reader']) {
        expect(await ask('users', bearer(await issuer.token({ scope })))).toEqual({
          status: 403,
          error: NO_SCOPE,
          ...insufficient,
        });
      }
      expect(await ask('users')).toMatchObject({ status: 401, error: MISSING });
      const scope = 'users:write users:read';
      expect(await ask('users', bearer(await issuer.token({ scope })))).toMatchObject({
        status: 200,
        userId: issuer.claims().sub,
      });
    });

    it('lets an anonymous request pass where no session is required, and a bad token never', async () => {
      expect(await ask('maybe')).toMatchObject({ status: 200, userId: null });
      expect(await ask('maybe', bearer(await issuer.token()))).toMatchObject({
        status: 200,
        userId: issuer.claims().sub,
      });
      expect(await ask('maybe', bearer('garbage'))).toMatchObject({ status: 401, error: INVALID });
      const past = Math.floor(Date.now() / 1000) - 60;
      expect(await ask('maybe', bearer(await issuer.token({ exp: past })))).toMatchObject({
        status: 401,
        error: EXPIRED,
      });
    });

    it('reads the token from its cookie, for pages of this server and of allowed origins', async () => {
      const cookie = `theme=dark; authgraph-at=${await issuer.token()}`;
      const own = `http://127.0.0.1:${portOf(subject)}`;
      const welcome = { status: 200, userId: issuer.claims().sub };
      expect(await ask('me', { cookie })).toMatchObject(welcome);
      expect(await ask('me', { cookie, origin: own })).toMatchObject(welcome);
      expect(await ask('me', { cookie, origin: ORIGIN })).toMatchObject(welcome);
      for (const origin of ['https://evil.example.com', 'null', `${ORIGIN}.evil.example.com`]) {
        const error = { code: 'FORBIDDEN', reason: 'ORIGIN_NOT_ALLOWED' };
        expect(await ask('me', { cookie, origin })).toMatchObject({ status: 403, error });
        expect(await ask('maybe', { cookie, origin })).toMatchObject({ status: 403, error });
      }
      expect(await ask('me', { cookie: `${cookie}; authgraph-at=another` })).toMatchObject({
        status: 401,
        error: INVALID,
      });
    });

    if (subject.unguarded || subject.app === 'node')
      it('refuses a request whose Authorization header came twice (requirement 53)', async () => {
        const authorization = `Authorization: Bearer ${await issuer.token()}`;
        const lines = ['GET /me HTTP/1.1', 'Host: localhost', authorization, authorization];
        const { status, text } = await sendRaw(
          `http://127.0.0.1:${portOf(subject)}`,
          [...lines, 'Connection: close', '', ''].join('\r\n'),
        );
        expect(status).toBe(400);
        expect(text).toContain('HEADER_REPEATED');
      });

    if (subject.unguarded)
      it("answers 401 where a route's own code asks for a session that is not there", async () => {
        expect(await ask('unguarded')).toMatchObject({ status: 401, error: MISSING });
      });

    if (!subject.graphql)
      it('leaves the errors of the application to the framework', async () => {
        const answer = await ask('broken', bearer(await issuer.token()));
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(answer.error).not.toMatchObject({
          code: expect.stringMatching(/UNAUTHENTICATED|FORBIDDEN|SERVICE_UNAVAILABLE/),
        });
      });

    if (!subject.graphql)
      it('lets pages of an allowed origin ask with a token, and read why they were refused', async () => {
        const url = `http://127.0.0.1:${portOf(subject)}/me`;
        const preflight = (origin: string) =>
          fetch(url, {
            method: 'OPTIONS',
            headers: {
              origin,
              'access-control-request-method': 'GET',
              'access-control-request-headers': 'authorization,content-type',
            },
          });
        const allowed = await preflight(ORIGIN);
        expect(allowed.status).toBeLessThan(300);
        expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
        expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
        const names = allowed.headers
          .get('access-control-allow-headers')
          ?.toLowerCase()
          .split(/, ?/);
        expect(names).toEqual(expect.arrayContaining(['authorization', 'content-type']));
        expect(
          (await preflight('https://evil.example.com')).headers.get('access-control-allow-origin'),
        ).not.toBe('https://evil.example.com');

        for (const headers of [{}, bearer(await issuer.token())]) {
          const { status, headers: answered } = await fetch(url, {
            headers: { ...headers, origin: ORIGIN },
          });
          expect(status).toBe('authorization' in headers ? 200 : 401);
          expect(answered.get('access-control-allow-origin')).toBe(ORIGIN);
          expect(answered.get('access-control-allow-credentials')).toBe('true');
          expect(answered.get('access-control-expose-headers')?.toLowerCase()).toContain(
            'www-authenticate',
          );
        }
      });

    it('asks for a proof of the key that a token is bound to, where proofs are required', async () => {
      const [key, thief] = await Promise.all([makeProofKey(), makeProofKey()]);
      const token = await issuer.token({ cnf: { jkt: key.thumbprint } });
      const url = `${PUBLIC}/${subject.graphql ? 'graphql' : 'me'}`;
      const claims = { htm: subject.graphql ? 'POST' : 'GET' };
      const askProving = (dpop?: string) =>
        subject.ask(portOf(subject, 3), 'me', {
          authorization: `DPoP ${token}`,
          ...(dpop === undefined ? {} : { dpop }),
        });
      const proven = await askProving(await key.proof(url, { token, claims }));
      expect(proven).toMatchObject({ status: 200, userId: issuer.claims().sub });
      for (const [reason, dpop] of [
        ['PROOF_MISSING', undefined],
        ['PROOF_URL_MISMATCH', await key.proof(`${PUBLIC}/users`, { token, claims })],
        ['PROOF_METHOD_MISMATCH', await key.proof(url, { token, claims: { htm: 'PUT' } })],
        ['PROOF_KEY_MISMATCH', await thief.proof(url, { token, claims })],
        ['PROOF_TOKEN_MISMATCH', await key.proof(url, { claims })],
      ] as const)
        expect(await askProving(dpop)).toMatchObject({ status: 401, error: { reason } });
    });

    it('refuses forged tokens, and says why', async () => {
      const forge = {
        key: issuer.key,
        claims: { ...issuer.claims() },
        attackerUrl: issuer.jwks.replace('jwks.json', 'attacker'),
      };
      // what the forgeries differ from
      expect(await ask('me', bearer(await genuineToken(forge)))).toMatchObject({ status: 200 });
      for (const { name, make, code } of HOSTILE) {
        const refused = { status: 401, error: { code: 'UNAUTHENTICATED', reason: code } };
        expect(await ask('me', bearer(await make(forge))), name).toMatchObject(refused);
      }
      expect(issuer.asked.filter((path) => path !== '/jwks.json')).toEqual([]);
    });
  });

  describe('when the issuer rotates its key', () => {
    let before: string;
    let after: string;
    beforeAll(async () => {
      before = await issuer.token();
      await issuer.rotate();
      after = await issuer.token();
      await sleep(COOLDOWN_MS);
    });

    it.each(SUBJECTS)('$name accepts tokens of the new key and of the old one', async (subject) => {
      const welcome = { status: 200, userId: issuer.claims().sub };
      expect(await subject.ask(portOf(subject), 'me', bearer(after))).toMatchObject(welcome);
      expect(await subject.ask(portOf(subject), 'me', bearer(before))).toMatchObject(welcome);
    });
  });

  describe('when the issuer goes down', () => {
    beforeAll(async () => {
      await issuer.stop();
      await sleep(COOLDOWN_MS);
    });

    it.each(SUBJECTS)('$name goes on with the keys that it knows', async (subject) => {
      const port = portOf(subject);
      expect(await subject.ask(port, 'me', bearer(await issuer.token()))).toMatchObject({
        status: 200,
        userId: issuer.claims().sub,
      });
      expect(
        await subject.ask(port, 'me', bearer(await issuer.token({}, await newKey()))),
      ).toMatchObject({ status: 401, error: INVALID });
    });
  });

  describe('when the issuer has never been up', () => {
    it.each(SUBJECTS)(
      '$name answers 503 to a token that nobody can judge, and anonymous requests as ever',
      async (subject) => {
        const port = portOf(subject, 1);
        const token = await absentIssuer.token();
        for (const route of ['me', 'maybe']) {
          expect(await subject.ask(port, route, bearer(token))).toMatchObject({
            status: 503,
            error: UNAVAILABLE,
          });
        }
        expect(await subject.ask(port, 'me')).toMatchObject({ status: 401, error: MISSING });
        expect(await subject.ask(port, 'maybe')).toMatchObject({ status: 200, userId: null });
      },
    );

    describe('and then comes up', () => {
      beforeAll(async () => {
        await absentIssuer.start();
        await sleep(BACK_OFF_MS);
      });

      it.each(SUBJECTS)('$name accepts its tokens as soon as it asks again', async (subject) => {
        const welcome = { status: 200, userId: absentIssuer.claims().sub };
        expect(
          await subject.ask(portOf(subject, 1), 'me', bearer(await absentIssuer.token())),
        ).toMatchObject(welcome);
      });
    });
  });

  describe('with tokens of the service itself', () => {
    let user: TestUser;
    let accessToken: string;
    let adminToken: string;
    const expired = new Map<string, Answer>();

    beforeAll(async () => {
      user = await signUpUser(service.send);
      for (const subject of SUBJECTS)
        expired.set(
          subject.name,
          await subject.ask(portOf(subject, 2), 'me', bearer(user.accessToken)),
        );
      await rotateSigningKey(service); // all of them have the old key by now
      clock.advance(3600);
      accessToken = (await signIn()).accessToken;
      await service.sql("update users set roles = '{admin}' where id = ?", [user.id]);
      adminToken = (await signIn()).accessToken;
      await sleep(COOLDOWN_MS);
    });

    async function signIn(): Promise<{ accessToken: string }> {
      const { body } = await service.send(SIGN_IN, {
        input: { email: user.email, password: GOOD_PASSWORD },
      });
      return body.data.signIn.tokens;
    }

    it.each(SUBJECTS)('$name knows the user, before and after a rotation', async (subject) => {
      const port = portOf(subject, 2);
      expect(expired.get(subject.name)).toMatchObject({ status: 401, error: EXPIRED });
      expect(kidOf(accessToken)).not.toBe(kidOf(user.accessToken));
      expect(await subject.ask(port, 'me', bearer(accessToken))).toMatchObject({
        status: 200,
        userId: user.id,
      });
      expect(await subject.ask(port, 'users', bearer(accessToken))).toMatchObject({
        status: 403,
        error: NO_SCOPE,
      });
      expect(await subject.ask(port, 'users', bearer(adminToken))).toMatchObject({
        status: 200,
        userId: user.id,
      });
      expect(await subject.ask(port, 'me', bearer(await issuer.token()))).toMatchObject({
        status: 401,
        error: INVALID,
      });
    });
  });

  describe('NestJS with GraphQL', () => {
    const query = async (text: string, headers: Headers = {}) => {
      const response = await fetch(`http://127.0.0.1:${apps.get('nestjs')?.ports[2]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: text }),
      });
      return { status: response.status, body: await response.json() };
    };

    it('fails the fields that need a session, and no others', async () => {
      const { status, body } = await query('{ me { userId } nobody { userId secret } }');
      expect(status).toBe(200);
      expect(body.data).toEqual({ me: null, nobody: { userId: null, secret: null } });
      expect(
        body.errors.map(
          ({ path, extensions }: { path: string[]; extensions: { code: string } }) => [
            path.join('.'),
            extensions.code,
          ],
        ),
      ).toEqual(
        expect.arrayContaining([
          ['me', 'UNAUTHENTICATED'],
          ['nobody.secret', 'UNAUTHENTICATED'],
        ]),
      );
    });
  });

  describe('Next.js beside its route handlers', () => {
    const get = async (path: string, headers: Headers = {}) => {
      const response = await fetch(`http://127.0.0.1:${apps.get('next')?.ports[2]}/${path}`, {
        headers,
      });
      return { status: response.status, text: await response.text() };
    };
    const signedIn = async () => {
      const user = await signUpUser(service.send);
      return { user, cookie: `authgraph-at=${user.accessToken}` };
    };

    it('knows the user in a server component', async () => {
      const { user, cookie } = await signedIn();
      expect((await get('page')).text).toContain('>nobody<');
      expect((await get('page', { cookie: 'authgraph-at=garbage' })).text).toContain('>nobody<');
      expect((await get('page', { cookie })).text).toContain(`>user ${user.id}<`);
    });

    it('tells a server component why the request may not go on', async () => {
      const { cookie } = await signedIn();
      expect((await get('gate')).text).toContain('>401 sign-in<');
      expect((await get('gate', { cookie })).text).toContain('>403 nothing helps<');
    });

    it('stops a request in the proxy before it reaches its route', async () => {
      const { cookie } = await signedIn();
      expect(await get('proxied')).toMatchObject({
        status: 401,
        text: expect.stringContaining('TOKEN_MISSING'),
      });
      expect(await get('proxied', { cookie })).toMatchObject({
        status: 403,
        text: expect.stringContaining('SCOPE_MISSING'),
      });
    });
  });
});

async function askHttp(port: number, route: string, headers: Headers = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/${route}`, { headers });
  const body: { userId?: string; error?: object } = await response.json().catch(() => ({}));
  const { userId, error } = body;
  const challenge = response.headers.get('www-authenticate');
  return {
    status: response.status,
    ...(userId === undefined ? {} : { userId }),
    ...(error === undefined ? {} : { error }),
    ...(challenge === null ? {} : { challenge }),
  };
}

const GRAPHQL_STATUS = new Map([
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['SERVICE_UNAVAILABLE', 503],
]);

/** The same question in GraphQL, and the answer in the terms of HTTP. */
async function askGraphql(port: number, route: string, headers: Headers = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: `{ ${route} { userId } }` }),
  });
  const { data, errors } = await response.json();
  if (errors === undefined) return { status: response.status, userId: data[route].userId };
  const [{ message, extensions }] = errors;
  const { stacktrace: _, ...error } = extensions;
  return {
    status: GRAPHQL_STATUS.get(error.code) ?? response.status,
    error: { ...error, message },
  };
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
