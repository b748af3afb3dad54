import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_PASSWORD, ME, REFRESH, SIGN_UP } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

describe('cookies of a session that is over', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const cookiesOf = (headers: Headers) =>
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0] ?? '')
      .join('; ');

  it('are removed by the refresh that is rejected, so that the client is anonymous from then on', async () => {
    const input = {
      email: 'spent@cookies.example.com',
      password: GOOD_PASSWORD,
      delivery: 'COOKIE',
    };
    const cookie = cookiesOf((await service.send(SIGN_UP, { input })).headers);
    await service.sql("update sessions set ended_at = now(), end_reason = 'signed_out'");
    const { body, headers } = await service.send(REFRESH, {}, { cookie });
    expect(body.data.refreshSession).toMatchObject({
      __typename: 'RefreshRejected',
      reason: 'REVOKED',
    });
    expect(cookiesOf(headers)).toBe('authgraph-at=; authgraph-rt=');
    expect(headers.getSetCookie().every((text) => text.includes('Expires=Thu, 01 Jan 1970'))).toBe(
      true,
    );
  });

  it('stay when another session was refreshed by a token in the body', async () => {
    const input = {
      email: 'kept@cookies.example.com',
      password: GOOD_PASSWORD,
      delivery: 'COOKIE',
    };
    const cookie = cookiesOf((await service.send(SIGN_UP, { input })).headers);
    const { body, headers } = await service.send(
      REFRESH,
      { refreshToken: 'ag_rt_garbage' },
      { cookie },
    );
    expect(body.data.refreshSession).toMatchObject({ reason: 'MALFORMED' });
    expect(headers.getSetCookie()).toEqual([]);
    expect((await service.send(ME, {}, { cookie })).body.data.me.email).toBe(input.email);
  });
});
