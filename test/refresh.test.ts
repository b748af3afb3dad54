import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh, signInAgain } from './harness/accounts.js';
import { FakeClock } from './harness/fake-clock.js';
import { bearer, ME, signUpUser } from './harness/graphql-client.js';
import { leaksOf } from './harness/leaks.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';
import { writeRefreshToken } from './harness/service-parts.js';

const DAY = 86_400;
const clock = new FakeClock();
let service: TestService;
beforeAll(async () => {
  service = await startService({ clock });
});
afterAll(() => service[Symbol.asyncDispose]());

const rejected = (reason: string) => ({
  __typename: 'RefreshRejected',
  reason,
  message: expect.any(String),
});

describe('a refresh', () => {
  it('spends the token, moves the generation on and slides the idle limit', async () => {
    const user = await signUpUser(service.send);
    clock.advance(3 * DAY);
    const { session, tokens } = await refresh(service.send, user.refreshToken);
    expect(session.id).toBe(user.sessionId);
    expect(tokens.refreshToken).not.toBe(user.refreshToken);
    expect(new Date(tokens.refreshTokenExpiresAt)).toEqual(
      new Date(clock.now().getTime() + 14 * DAY * 1000),
    );
    const { body } = await service.send(ME, {}, bearer(tokens.accessToken));
    expect(body.data.me.id).toBe(user.id);
    const [row] = await service.sql(
      'select generation, last_used_at = ? as used from sessions where id = ?',
      [clock.now(), user.sessionId],
    );
    expect(row).toEqual({ generation: 1, used: true });
  });

  it('says MISSING without a token and MALFORMED for what this service did not issue', async () => {
    const { body } = await service.send(
      'mutation { refreshSession { __typename ... on RefreshRejected { reason message } } }',
    );
    expect(body.data.refreshSession).toEqual(rejected('MISSING'));
    expect(await refresh(service.send, 'something else')).toEqual(rejected('MALFORMED'));
  });

  it('is refused once the user is disabled', async () => {
    const user = await signUpUser(service.send);
    await service.sql('update users set disabled_at = now() where id = ?', [user.id]);
    expect(await refresh(service.send, user.refreshToken)).toEqual(rejected('REVOKED'));
  });

  it('is refused once the user is gone', async () => {
    const user = await signUpUser(service.send);
    await service.sql('delete from users where id = ?', [user.id]);
    expect(await refresh(service.send, user.refreshToken)).toEqual(rejected('REVOKED'));
  });
});

describe('the secrets in refresh tokens (requirement 9)', () => {
  it('have 256 bits that all vary from session to session', async () => {
    const user = await signUpUser(service.send);
    const secrets: Buffer[] = [];
    while (secrets.length < 40) {
      const { refreshToken } = await signInAgain(service.send, user);
      const bytes = Buffer.from(refreshToken.slice('ag_rt_'.length), 'base64url');
      secrets.push(bytes.subarray(20, 52));
    }
    const ones = new Uint8Array(32);
    const zeros = new Uint8Array(32);
    for (const secret of secrets) {
      for (const [index, byte] of secret.entries()) {
        ones[index] = (ones[index] ?? 0) | byte;
        zeros[index] = (zeros[index] ?? 0) | (~byte & 0xff);
      }
    }
    expect([...ones, ...zeros]).toEqual(Array(64).fill(0xff));
  });

  it('are what counts: who knows the session id, and even the key of the MAC, gets nothing and ends nothing', async () => {
    const user = await signUpUser(service.send);
    const guess = await writeRefreshToken(service, {
      sessionId: user.sessionId,
      generation: 0,
      secret: Buffer.alloc(32),
    });
    expect(await refresh(service.send, guess)).toEqual(rejected('MALFORMED'));
    const future = await writeRefreshToken(service, {
      sessionId: user.sessionId,
      generation: 9,
      secret: Buffer.alloc(32),
    });
    expect(await refresh(service.send, future)).toEqual(rejected('MALFORMED'));
    expect(await refresh(service.send, user.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
  });
});

describe('expiry (requirement 11)', () => {
  it('comes after 14 idle days, to the second', async () => {
    const [lucky, late] = [await signUpUser(service.send), await signUpUser(service.send)];
    clock.advance(14 * DAY - 1);
    expect(await refresh(service.send, lucky.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
    clock.advance(1);
    expect(await refresh(service.send, late.refreshToken)).toEqual(rejected('EXPIRED'));
    expect(await refresh(service.send, late.refreshToken)).toEqual(rejected('EXPIRED'));
  });

  it('comes after 90 days however often the session is refreshed', async () => {
    const user = await signUpUser(service.send);
    const end = new Date(clock.now().getTime() + 90 * DAY * 1000);
    let token = user.refreshToken;
    let refreshes = 0;
    for (;;) {
      clock.advance(7 * DAY);
      const answer = await refresh(service.send, token);
      if (answer.__typename !== 'SessionRefreshed') {
        expect(answer).toEqual(rejected('EXPIRED'));
        break;
      }
      refreshes += 1;
      token = answer.tokens.refreshToken;
      expect(new Date(answer.tokens.refreshTokenExpiresAt).getTime()).toBeLessThanOrEqual(
        end.getTime(),
      );
      if (refreshes > 20) break;
    }
    expect(refreshes).toBe(12);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(end.getTime());
  });

  it('of the access token sends the client to refresh, which still works', async () => {
    const user = await signUpUser(service.send);
    clock.advance(10 * 60 + 6);
    const { status, body } = await service.send(ME, {}, bearer(user.accessToken));
    expect(status).toBe(401);
    expect(body.errors[0].extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_EXPIRED',
    });
    expect(await refresh(service.send, user.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
  });
});

describe('a stolen refresh token (requirement 12)', () => {
  it('ends the session, although the call that tells of it fails', async () => {
    const user = await signUpUser(service.send);
    const { tokens } = await refresh(service.send, user.refreshToken);
    clock.advance(11);
    expect(await refresh(service.send, user.refreshToken)).toEqual(rejected('REUSED'));
    const [row] = await service.sql(
      'select end_reason, ended_at is not null as ended from sessions where id = ?',
      [user.sessionId],
    );
    expect(row).toEqual({ end_reason: 'refresh_token_reused', ended: true });
    expect(await refresh(service.send, tokens.refreshToken)).toEqual(rejected('REVOKED'));
    expect(
      (await service.send(ME, {}, bearer(tokens.accessToken))).body.errors[0].extensions.reason,
    ).toBe('TOKEN_REVOKED');
    expect(service.logged()).toContain('"event":"session.token_reused"');
  });

  it('is noticed at once when two generations lie between, grace window or not', async () => {
    const user = await signUpUser(service.send);
    const second = await refresh(service.send, user.refreshToken);
    const third = await refresh(service.send, second.tokens.refreshToken);
    expect(await refresh(service.send, user.refreshToken)).toEqual(rejected('REUSED'));
    expect(await refresh(service.send, third.tokens.refreshToken)).toEqual(rejected('REVOKED'));
  });

  it("ends nobody else's session, nor the user's others", async () => {
    const user = await signUpUser(service.send);
    const [other, stranger] = [
      await signInAgain(service.send, user),
      await signUpUser(service.send),
    ];
    await refresh(service.send, user.refreshToken);
    clock.advance(11);
    expect(await refresh(service.send, user.refreshToken)).toEqual(rejected('REUSED'));
    expect(await refresh(service.send, other.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
    expect(await refresh(service.send, stranger.refreshToken)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
  });

  it('is forgiven to nobody when the grace window is 0, and stays noticed after a restart', async () => {
    const dataDir = await copyTemplate();
    try {
      const first = await startService({ dataDir, env: { AUTHGRAPH_REFRESH_GRACE: '0s' } });
      const user = await signUpUser(first.send);
      const { tokens } = await refresh(first.send, user.refreshToken);
      expect(await refresh(first.send, user.refreshToken)).toEqual(rejected('REUSED'));
      await first[Symbol.asyncDispose]();

      await using second = await startService({ dataDir, env: { AUTHGRAPH_REFRESH_GRACE: '5m' } });
      expect(await refresh(second.send, tokens.refreshToken)).toEqual(rejected('REVOKED'));
      expect(await refresh(second.send, user.refreshToken)).toEqual(rejected('REVOKED'));
      const { status, body } = await second.send(ME, {}, bearer(tokens.accessToken));
      expect(status).toBe(401);
      expect(body.errors[0].extensions.reason).toBe('TOKEN_REVOKED');
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('parallel refreshes of one token (requirement 13)', () => {
  it('make one lineage: fifty answers with one successor, which works, and no false theft', async () => {
    const user = await signUpUser(service.send);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refresh(service.send, user.refreshToken)),
    );
    expect(answers.map(({ __typename }) => __typename)).toEqual(Array(50).fill('SessionRefreshed'));
    const successors = new Set(answers.map(({ tokens }) => tokens.refreshToken));
    expect(successors.size).toBe(1);
    expect(
      await service.sql('select generation, ended_at from sessions where user_id = ?', [user.id]),
    ).toEqual([{ generation: 1, ended_at: null }]);
    const [successor = ''] = successors;
    clock.advance(11);
    expect(await refresh(service.send, successor)).toMatchObject({
      __typename: 'SessionRefreshed',
    });
  });

  it('that are all late end the session once and agree', async () => {
    const user = await signUpUser(service.send);
    await refresh(service.send, user.refreshToken);
    clock.advance(11);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(service.send, user.refreshToken)),
    );
    const reasons = new Set(answers.map(({ reason }) => reason));
    expect(reasons.has('REUSED')).toBe(true);
    expect([...reasons].every((reason) => reason === 'REUSED' || reason === 'REVOKED')).toBe(true);
  });
});

it('keeps refresh tokens, access tokens and hashes out of the log, and tokens out of the database', async () => {
  const user = await signUpUser(service.send);
  const { tokens } = await refresh(service.send, user.refreshToken);
  clock.advance(11);
  await refresh(service.send, user.refreshToken);
  const secrets = [user.refreshToken, user.accessToken, tokens.refreshToken, tokens.accessToken];
  const bodies = secrets.slice(0, 1).map((token) => token.slice('ag_rt_'.length));
  expect(await leaksOf(service, [...secrets, ...bodies])).toEqual([]);
});
