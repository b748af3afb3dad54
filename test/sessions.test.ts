import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh, signInAgain } from './harness/accounts.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  bearer,
  ME,
  REFRESH,
  SIGN_OUT,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { writeRefreshToken } from './harness/service-parts.js';

const clock = new FakeClock();
let service: TestService;
beforeAll(async () => {
  service = await startService({ clock });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('a session from sign-up to sign-out', () => {
  it('answers me with the access token that sign-up returned', async () => {
    const user = await signUpUser(service.send);
    const { body } = await service.send(ME, {}, bearer(user.accessToken));
    expect(body).toMatchObject({
      data: { me: { id: user.id, email: user.email }, session: { id: user.sessionId } },
    });
  });

  it('answers null to an anonymous request', async () => {
    const { status, body } = await service.send(ME);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { data: { me: null, session: null } },
    });
  });

  it('hands out the same successor for a spent token within the grace window, and ends the session after it', async () => {
    const user = await signUpUser(service.send);
    const first = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data
      .refreshSession;
    expect(first.__typename).toBe('SessionRefreshed');
    expect(first.tokens.refreshToken).not.toBe(user.refreshToken);

    clock.advance(10);
    const again = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data
      .refreshSession;
    expect(again.tokens.refreshToken).toBe(first.tokens.refreshToken);
    const [row] = await service.sql('select generation from sessions where id = ?', [
      user.sessionId,
    ]);
    expect(row).toEqual({ generation: 1 });

    clock.advance(1);
    const late = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data
      .refreshSession;
    expect(late).toMatchObject({ __typename: 'RefreshRejected', reason: 'REUSED' });
    const successor = (await service.send(REFRESH, { refreshToken: first.tokens.refreshToken }))
      .body.data.refreshSession;
    expect(successor).toMatchObject({ __typename: 'RefreshRejected', reason: 'REVOKED' });
  });

  it('refuses refresh and access token at once after sign-out, and signs out twice without an error', async () => {
    const user = await signUpUser(service.send);
    const { body } = await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    expect(body.data.signOut).toEqual({ endedSessions: 1 });
    const refresh = await service.send(REFRESH, { refreshToken: user.refreshToken });
    expect(refresh.body.data.refreshSession).toMatchObject({ reason: 'REVOKED' });
    const me = await service.send(ME, {}, bearer(user.accessToken));
    expect(me.status).toBe(401);
    expect(me.headers.get('www-authenticate')).toContain('invalid_token');
    expect(me.body.data.me).toBeNull();
    expect(me.body.errors[0].extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_REVOKED',
    });
    const twice = await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    expect(twice.body.data.signOut).toEqual({ endedSessions: 0 });
  });
});

describe('signing out', () => {
  const signOut = async (input: object, headers = {}) =>
    (await service.send(SIGN_OUT, { input }, headers)).body.data.signOut.endedSessions;

  async function isAlive(session: TestUser): Promise<boolean> {
    const { body } = await service.send(ME, {}, bearer(session.accessToken));
    const answer = await refresh(service.send, session.refreshToken);
    const [access, renewal] = [body.data.me !== null, answer.__typename === 'SessionRefreshed'];
    if (access !== renewal)
      throw new Error(`half alive: access token ${access}, refresh token ${renewal}`);
    return access;
  }

  it('leaves the other sessions of the user alone', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    expect(await signOut({}, bearer(user.accessToken))).toBe(1);
    expect([await isAlive(user), await isAlive(other)]).toEqual([false, true]);
    const [row] = await service.sql('select end_reason from sessions where id = ?', [
      user.sessionId,
    ]);
    expect(row).toEqual({ end_reason: 'signed_out' });
  });

  it("everywhere ends all of the user's sessions at once, and nobody else's", async () => {
    const [user, stranger] = [await signUpUser(service.send), await signUpUser(service.send)];
    const others = [await signInAgain(service.send, user), await signInAgain(service.send, user)];
    expect(await signOut({ everywhere: true }, bearer(user.accessToken))).toBe(3);
    for (const session of [user, ...others]) expect(await isAlive(session)).toBe(false);
    expect(await isAlive(stranger)).toBe(true);
  });

  it('works with the refresh token alone when the access token has expired', async () => {
    const user = await signUpUser(service.send);
    clock.advance(11 * 60);
    expect(await signOut({ refreshToken: user.refreshToken }, bearer(user.accessToken))).toBe(1);
    expect(await refresh(service.send, user.refreshToken)).toMatchObject({ reason: 'REVOKED' });
    expect(await signOut({ refreshToken: user.refreshToken })).toBe(0);
  });

  it('everywhere works with the refresh token alone', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    expect(await signOut({ refreshToken: user.refreshToken, everywhere: true })).toBe(2);
    expect([await isAlive(user), await isAlive(other)]).toEqual([false, false]);
  });

  it('with a token that was spent long ago ends that session and not the others: it may be a stolen one', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    const renewed = await refresh(service.send, user.refreshToken);
    clock.advance(11);
    expect(await signOut({ refreshToken: user.refreshToken, everywhere: true })).toBe(1);
    expect(await refresh(service.send, renewed.tokens.refreshToken)).toMatchObject({
      reason: 'REVOKED',
    });
    expect(await isAlive(other)).toBe(true);
  });

  it('ends the session of the refresh token that is named, and not the one of the access token', async () => {
    const user = await signUpUser(service.send);
    const named = await signInAgain(service.send, user);
    expect(await signOut({ refreshToken: named.refreshToken }, bearer(user.accessToken))).toBe(1);
    expect([await isAlive(user), await isAlive(named)]).toEqual([true, false]);
  });

  it.each([
    ['without any token', {}],
    ['with a refresh token that is none', { refreshToken: 'garbage' }],
    ['everywhere, without any token', { everywhere: true }],
  ])('%s ends nothing and is no error', async (_how, input) => {
    const user = await signUpUser(service.send);
    expect(await signOut(input)).toBe(0);
    expect(await isAlive(user)).toBe(true);
  });

  it('with a right MAC over a wrong secret ends nothing (requirement 9)', async () => {
    const user = await signUpUser(service.send);
    const guess = await writeRefreshToken(service, {
      sessionId: user.sessionId,
      generation: 0,
      secret: Buffer.alloc(32),
    });
    expect(await signOut({ refreshToken: guess, everywhere: true })).toBe(0);
    expect(await isAlive(user)).toBe(true);
  });

  it('ends the session once when ten calls do it at the same moment', async () => {
    const user = await signUpUser(service.send);
    const counts = await Promise.all(
      Array.from({ length: 10 }, () => signOut({}, bearer(user.accessToken))),
    );
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(1);
  });
});
