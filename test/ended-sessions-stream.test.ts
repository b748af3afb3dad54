import { setTimeout as sleep } from 'node:timers/promises';
import { createRequestVerifier, listenForEndedSessions } from '@authgraph/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, SIGN_OUT, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { keyRingOf } from './harness/service-parts.js';

/** Waits until `condition` holds; fails after two seconds. */
async function eventually(condition: () => boolean): Promise<void> {
  for (const until = performance.now() + 2_000; !condition(); await sleep(10)) {
    if (performance.now() > until) throw new Error('it did not come true');
  }
}

describe('the stream of ended sessions (requirement 14)', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const issuer = 'http://localhost:4000';
  /** The service under test does not listen at its issuer. */
  const toService: typeof fetch = (input, init) =>
    fetch(String(input).replace(issuer, service.url), init);

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

  it('comes back when the service does, and learns what it missed', async () => {
    let reachable = true;
    const reasons: unknown[] = [];
    let closing = new AbortController();
    const flaky: typeof fetch = async (input, init) => {
      if (!reachable) throw new Error('unreachable');
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
    expect(reasons.length).toBeGreaterThan(0);
    const user = await signUpUser(service.send);
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    expect(stream.isEnded(user.sessionId)).toBe(false);

    closing = new AbortController();
    reachable = true;
    await eventually(() => stream.isEnded(user.sessionId));
  });

  it('does not keep the service from stopping', async () => {
    const other = await startService();
    using stream = listenForEndedSessions({
      issuer,
      fetch: (input, init) => fetch(String(input).replace(issuer, other.url), init),
    });
    await eventually(() => stream.connected);
    const startedAt = performance.now();
    await other[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
