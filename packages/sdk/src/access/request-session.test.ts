import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../token/claims.js';
import { sessionFromClaims } from '../token/session.js';
import { placedSession, placeSession } from './request-session.js';

describe('the session on a request', () => {
  const session = sessionFromClaims({
    sub: 'ada',
    sid: 's1',
    scope: '',
    exp: 0,
    roles: [],
  } as unknown as AccessTokenClaims); // enough of them

  it('is the one that was put there', () => {
    const request = {};
    placeSession(request, 'session', session);
    expect(request).toEqual({ session });
    expect(placedSession(request, 'session')).toBe(session);
  });

  it('may be checked again further on', () => {
    const request = {};
    placeSession(request, 'session', null);
    placeSession(request, 'session', session);
    placeSession(request, 'session', session);
    expect(placedSession(request, 'session')).toBe(session);
  });

  it('never takes the place of another one, such as that of express-session', () => {
    const request = { session: { cookie: {}, userId: 'eve' } };
    expect(() => placeSession(request, 'session', session)).toThrow(
      'give authgraph() another sessionProperty',
    );
    expect(() => placeSession(request, 'session', null)).toThrow('request.session is taken');
    expect(placedSession(request, 'session')).toBeNull();
    placeSession(request, 'auth', session);
    expect(request).toEqual({ session: { cookie: {}, userId: 'eve' }, auth: session });
  });
});
