import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from './harness/fake-clock.js';
import { bearer, ME, REFRESH, SIGN_OUT, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

describe('a session from sign-up to sign-out', () => {
  const clock = new FakeClock();
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ clock });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('answers me with the access token that sign-up returned', async () => {
    const user = await signUpUser(service.send);
    const { body } = await service.send(ME, {}, bearer(user.accessToken));
    expect(body).toEqual({ data: { me: { id: user.id, email: user.email }, session: { id: user.sessionId } } });
  });

  it('answers null to an anonymous request', async () => {
    const { status, body } = await service.send(ME);
    expect({ status, body }).toEqual({ status: 200, body: { data: { me: null, session: null } } });
  });

  it('hands out the same successor for a spent token within the grace window, and ends the session after it', async () => {
    const user = await signUpUser(service.send);
    const first = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data.refreshSession;
    expect(first.__typename).toBe('SessionRefreshed');
    expect(first.tokens.refreshToken).not.toBe(user.refreshToken);

    clock.advance(10);
    const again = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data.refreshSession;
    expect(again.tokens.refreshToken).toBe(first.tokens.refreshToken);
    const [row] = await service.sql('select generation from sessions where id = ?', [user.sessionId]);
    expect(row).toEqual({ generation: 1 });

    clock.advance(1);
    const late = (await service.send(REFRESH, { refreshToken: user.refreshToken })).body.data.refreshSession;
    expect(late).toMatchObject({ __typename: 'RefreshRejected', reason: 'REUSED' });
    const successor = (await service.send(REFRESH, { refreshToken: first.tokens.refreshToken })).body.data.refreshSession;
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
    expect(me.body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
    const twice = await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    expect(twice.body.data.signOut).toEqual({ endedSessions: 0 });
  });
});
