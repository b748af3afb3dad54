import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequestVerifier, listenForEndedSessions } from '@authgraph/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, SIGN_OUT, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { keyRingOf } from './harness/service-parts.js';
import { until } from './harness/until.js';

const issuer = 'http://localhost:4000';
let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

/** The services under test do not listen at their issuer. */
const to =
  (own: TestService): typeof fetch =>
  (input, init) =>
    fetch(String(input).replace(issuer, own.url), init);
const toService: typeof fetch = (input, init) => to(service)(input, init);

const unreachable: typeof fetch = async () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
};

const eventually = (condition: () => boolean) => until(condition, 2_000, 'it comes true');

describe('the stream of ended sessions (requirement 14)', () => {
  it('lets another server refuse the access token within a second of sign-out', async () => {
    using stream = listenForEndedSessions({ issuer, fetch: toService });
    const verify = createRequestVerifier({
      issuer,
      audience: issuer,
      jwks: await keyRingOf(service),
      isEnded: stream.isEnded,
    });
    await eventually(() => stream.connected);
    const user = await signUpUser(service.send);
    await expect(verify(bearer(user.accessToken))).resolves.toMatchObject({ userId: user.id });

    const signedOutAt = performance.now();
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    await eventually(() => stream.isEnded(user.sessionId));
    expect(performance.now() - signedOutAt).toBeLessThan(1_000);
    await expect(verify(bearer(user.accessToken))).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  });

  it('tells a server that connects later what has ended before', async () => {
    const user = await signUpUser(service.send);
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    using stream = listenForEndedSessions({ issuer, fetch: toService });
    await eventually(() => stream.isEnded(user.sessionId));
  });
});

describe('a listener for ended sessions (requirement 38)', () => {
  it.each([
    ['issuer', 'auth.example.com'],
    ['secret', ''],
    ['whenBlind', 'refused'],
  ])('takes no %s that is %j, and says so by name', (name, value) => {
    const wrong = { issuer, fetch: unreachable, [name]: value };
    expect(() => listenForEndedSessions(wrong)).toThrow(`the option "${name}"`);
  });

  it('trusts tokens unless it is told otherwise', () => {
    const options = { issuer, fetch: unreachable, onDisconnected: () => {} };
    using trusting = listenForEndedSessions(options);
    expect(trusting.isEnded('anybody')).toBe(false);
    using refusing = listenForEndedSessions({ ...options, whenBlind: 'refuse' });
    expect(() => refusing.isEnded('anybody')).toThrow('nobody knows which sessions have ended');
  });
});

// Most of it is waiting, for the next attempt to connect.
describe.concurrent('a stream of ended sessions that is lost (requirement 38)', () => {
  it('is told of once', async () => {
    const reasons: unknown[] = [];
    let attempts = 0;
    using stream = listenForEndedSessions({
      issuer,
      fetch: (input, init) => {
        attempts += 1;
        return unreachable(input, init);
      },
      onDisconnected: (reason) => reasons.push(reason),
    });
    await eventually(() => attempts === 2);
    await sleep(50); // by then the second reason would have been told
    expect(reasons).toHaveLength(1);
    expect(stream.connected).toBe(false);
  });

  it('comes back when the service does, and learns what it missed', async () => {
    let reachable = true;
    const reasons: unknown[] = [];
    let closing = new AbortController();
    const flaky: typeof fetch = async (input, init) => {
      if (!reachable) return unreachable(input, init);
      return toService(input, {
        ...init,
        signal: AbortSignal.any([closing.signal, ...(init?.signal ? [init.signal] : [])]),
      });
    };
    using stream = listenForEndedSessions({
      issuer,
      fetch: flaky,
      onDisconnected: (reason) => reasons.push(reason),
    });
    await eventually(() => stream.connected);
    reachable = false;
    closing.abort();
    await eventually(() => !stream.connected);
    expect(reasons).toHaveLength(1); // once a loss, not once an attempt
    const user = await signUpUser(service.send);
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    expect(stream.isEnded(user.sessionId)).toBe(false);

    closing = new AbortController();
    reachable = true;
    await eventually(() => stream.isEnded(user.sessionId));
  });

  it('refuses every request with 503 when it is told to, until the stream is back', async () => {
    let reachable = false;
    using stream = listenForEndedSessions({
      issuer,
      whenBlind: 'refuse',
      onDisconnected: () => {},
      fetch: (input, init) => (reachable ? toService : unreachable)(input, init),
    });
    const verify = createRequestVerifier({
      issuer,
      audience: issuer,
      jwks: await keyRingOf(service),
      isEnded: stream.isEnded,
      onDenied: () => {},
    });
    const user = await signUpUser(service.send);
    await expect(verify(bearer(user.accessToken))).rejects.toMatchObject({
      code: 'VERIFICATION_UNAVAILABLE',
    });
    reachable = true;
    await eventually(() => stream.connected);
    await expect(verify(bearer(user.accessToken))).resolves.toMatchObject({ userId: user.id });
  });

  it('does not keep the service from stopping', async () => {
    const other = await startService();
    using stream = listenForEndedSessions({
      issuer,
      fetch: to(other),
      onDisconnected: () => {},
    });
    await eventually(() => stream.connected);
    const startedAt = performance.now();
    await other[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('who may read the stream of ended sessions (requirement 38)', () => {
  const secrets = ['Zr4pQ8vNc2Lw7Xk1Ty6Bm3Hd9Jf5Gs0Ae', 'Ud2Km9Xq4Rb7Wp1Vn6Ct3Yh8Lf5Jg0Se'];
  const path = '/events/ended-sessions';
  let service: TestService;
  beforeAll(async () => {
    service = await startService({
      env: {
        AUTHGRAPH_REVOCATION_STREAM_SECRETS: secrets.join(','),
        AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
      },
    });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  /** Opens a stream and leaves it open. */
  const open = (headers: Record<string, string>) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(`${service.url}${path}`, { headers, agent: false }, resolve).once('error', reject);
    });

  it('is whoever has one of the secrets, and nobody else', async () => {
    for (const secret of secrets) {
      const answer = await open(bearer(secret));
      expect(answer.statusCode).toBe(200);
      answer.destroy();
    }
    for (const headers of [{}, bearer('guess'), bearer(''), { authorization: secrets[0] ?? '' }]) {
      const answer = await fetch(`${service.url}${path}`, { headers });
      expect(answer.status).toBe(401);
    }
  });

  it('is told to the sdk as an option', async () => {
    const reasons: unknown[] = [];
    const onDisconnected = (reason: unknown) => reasons.push(reason);
    using stranger = listenForEndedSessions({ issuer, fetch: to(service), onDisconnected });
    using reader = listenForEndedSessions({
      issuer,
      fetch: to(service),
      onDisconnected,
      secret: secrets[1] ?? '',
    });
    await eventually(() => reader.connected && reasons.length > 0);
    expect(stranger.connected).toBe(false);
    expect(reasons).toMatchObject([{ message: expect.stringContaining('answered 401') }]);
  });

  it('is bounded for one network, an IPv6 /64 as one, so that nobody keeps the others out', async () => {
    const from = (address: string) => ({
      ...bearer(secrets[0] ?? ''),
      'x-forwarded-for': address,
    });
    const opened: IncomingMessage[] = [];
    for (let host = 1; host <= 100; host += 1) {
      opened.push(await open(from(`2001:db8:0:1::${host.toString(16)}`)));
    }
    expect(opened.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect((await open(from('2001:db8:0:1:ffff::1'))).statusCode).toBe(503);
    const elsewhere = await open(from('2001:db8:0:2::1'));
    expect(elsewhere.statusCode).toBe(200);
    for (const stream of [...opened, elsewhere]) stream.destroy();
    await eventually(() => opened.every(({ destroyed }) => destroyed));
    let again = 503;
    for (let attempt = 0; again === 503 && attempt < 50; attempt += 1) {
      const answer = await open(from('2001:db8:0:1::1'));
      again = answer.statusCode ?? 0;
      answer.destroy();
      await sleep(10);
    }
    expect(again).toBe(200);
  });

  it('is nobody in production until secrets are set', async () => {
    await using production = await startService({
      env: { NODE_ENV: 'production', AUTHGRAPH_ISSUER: 'https://auth.test' },
    });
    const answer = await fetch(`${production.url}${path}`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('AUTHGRAPH_REVOCATION_STREAM_SECRETS');
  });

  it('has to remember a session until its longest token has expired (requirement 44)', async () => {
    const user = await signUpUser(service.send);
    await service.sql(
      `update sessions set access_expires_at = now() + interval '5 hours' where id = ?`,
      [user.sessionId],
    );
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    const stream = await open(bearer(secrets[0] ?? ''));
    const [snapshot] = await stream.setEncoding('utf8').take(1).toArray();
    stream.destroy();
    const { sessions } = JSON.parse(/^data: (.*)$/m.exec(snapshot)?.[1] ?? '{}');
    const [, seconds] = sessions.find(([id]: [string]) => id === user.sessionId);
    expect(seconds).toBeGreaterThan(5 * 3_600 - 60);
  });
});
