import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { sessions } from '../src/features/sessions/index.js';
import { FakeClock } from './harness/fake-clock.js';
import {
  bearer,
  graphqlClient,
  ME,
  REFRESH,
  SIGN_OUT,
  signUpUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const clock = new FakeClock();
let service: TestService;

beforeAll(async () => {
  service = await startService({ clock });
});
afterAll(() => service[Symbol.asyncDispose]());

const refreshAs = async (userAgent: string, refreshToken: string) =>
  (await service.send(REFRESH, { refreshToken }, { 'user-agent': userAgent })).body.data
    .refreshSession;

describe('a refresh token that comes again within the grace window (requirement 37)', () => {
  it('is told of as an event, and counted', async () => {
    const { refreshToken, sessionId } = await signUpUser(service.send);
    const first = await refreshAs('browser', refreshToken);
    const metric = () =>
      service.app.platform.metrics.getSingleMetricAsString('authgraph_refreshes_total');
    expect(await metric()).not.toContain('outcome="replayed"');
    const second = await refreshAs('browser', refreshToken);
    expect(second.tokens.refreshToken).toBe(first.tokens.refreshToken);
    expect(await metric()).toContain('outcome="replayed"} 1');
    const told = service
      .logged()
      .split('\n')
      .filter((line) => line.includes('"session.token_replayed"'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(sessionId);
  });

  it('ends the session when another program sends it', async () => {
    const { refreshToken, sessionId } = await signUpUser(service.send);
    const { tokens } = await refreshAs('browser', refreshToken);
    expect(await refreshAs('curl', refreshToken)).toMatchObject({ reason: 'REUSED' });
    expect(await refreshAs('browser', tokens.refreshToken)).toMatchObject({ reason: 'REVOKED' });
    expect(await service.sql('select end_reason from sessions where id = ?', [sessionId])).toEqual([
      { end_reason: 'refresh_token_reused' },
    ]);
  });
});

describe('the end of a session (requirement 44)', () => {
  it('is remembered for the longest of its access tokens, also after the setting was lowered', async () => {
    const { manage } = service.app.use(realms);
    await manage.create('lowered', { accessTokenTtl: '1h' });
    const send = graphqlClient(`${service.url}/realms/lowered`);
    const user = await signUpUser(send);
    await manage.set('lowered', { accessTokenTtl: '1m' });
    const { body } = await send(REFRESH, { refreshToken: user.refreshToken });
    const { refreshToken, accessToken } = body.data.refreshSession.tokens;
    const { exp = 0, iat = 0 } = decodeJwt(accessToken);
    expect(exp - iat).toBe(60);
    await send(SIGN_OUT, { input: { refreshToken } });
    clock.advance(20 * 60);
    await service.app.use(sessions).endedSessions.load();
    const answer = await send(ME, {}, bearer(user.accessToken));
    expect(answer.body.errors[0].extensions).toMatchObject({ reason: 'TOKEN_REVOKED' });
  });
});
