import { describe, expect, it } from 'vitest';
import { type AuthSession, isRenewalDue } from './session.js';

const MINUTE = 60_000;

function sessionFor(milliseconds: number): AuthSession {
  const expiresAt = new Date(milliseconds).toISOString();
  const tokens = {
    accessToken: 'a',
    accessTokenExpiresAt: expiresAt,
    refreshToken: 'r',
    refreshTokenExpiresAt: expiresAt,
  };
  return { id: 'session', obtainedAt: 0, tokens };
}

describe('the renewal of an access token', () => {
  it.each([
    ['half a minute before it expires', 10 * MINUTE, 9.5 * MINUTE],
    ['after nine tenths of a short life', MINUTE, 54_000],
  ])('is due %s, and not earlier', (_when, lifetime, due) => {
    expect(
      [due - 1, due, due + MINUTE].map((now) => isRenewalDue(sessionFor(lifetime), now)),
    ).toEqual([false, true, true]);
  });

  it.each([
    ['seemed expired when it came', -MINUTE],
    ['seemed to expire at once', 4_999],
  ])('is never due for one that %s: the clock of the device is wrong', (_what, lifetime) => {
    expect(isRenewalDue(sessionFor(lifetime), MINUTE)).toBe(false);
  });

  it('is never due for tokens that travel as cookies', () => {
    expect(
      isRenewalDue({ id: 'session', obtainedAt: 0, tokens: null }, Number.MAX_SAFE_INTEGER),
    ).toBe(false);
  });
});
