import { describe, expect, it } from 'vitest';
import { type Session, sessionFromClaims } from './session.js';
import { VerifiedTokens } from './verified-tokens.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const always = () => true;

function sessionUntil(secondsFromNow: number): Session {
  const at = NOW.getTime() / 1000;
  return sessionFromClaims({
    iss: 'i',
    aud: 'a',
    sub: 'u',
    client_id: 'c',
    sid: 's',
    jti: 'j',
    iat: at,
    exp: at + secondsFromNow,
    auth_time: at,
    amr: [],
    email_verified: false,
    roles: [],
    scope: '',
  });
}

describe('the tokens that were verified already', () => {
  it('are known by their whole text', () => {
    const tokens = new VerifiedTokens(10);
    const session = sessionUntil(600);
    tokens.add('a.b.c', session, 'k');
    expect(tokens.get('a.b.c', NOW, always)).toBe(session);
    for (const other of ['a.b.', 'a.b.cc', 'A.b.c', ''])
      expect(tokens.get(other, NOW, always)).toBeUndefined();
  });

  it('are not mixed up with others that end alike', () => {
    const tokens = new VerifiedTokens(10);
    const end = 'x'.repeat(100);
    tokens.add(`a.${end}`, sessionUntil(600), 'k');
    expect(tokens.get(`b.${end}`, NOW, always)).toBeUndefined();
    expect(tokens.get(`a.${end}`, NOW, always)).toBeDefined();
  });

  it('are forgotten when they expire, to the second', () => {
    const tokens = new VerifiedTokens(10);
    tokens.add('t', sessionUntil(1), 'k');
    expect(tokens.get('t', new Date(NOW.getTime() + 999), always)).toBeDefined();
    expect(tokens.get('t', new Date(NOW.getTime() + 1_000), always)).toBeUndefined();
    expect(tokens.get('t', NOW, always)).toBeUndefined(); // for good
  });

  it('are forgotten when their key is no longer published', () => {
    const tokens = new VerifiedTokens(10);
    tokens.add('t', sessionUntil(600), 'gone');
    tokens.add('u', sessionUntil(600), 'here');
    const isCurrent = (kid: string) => kid === 'here';
    expect(tokens.get('t', NOW, isCurrent)).toBeUndefined();
    expect(tokens.get('t', NOW, always)).toBeUndefined();
    expect(tokens.get('u', NOW, isCurrent)).toBeDefined();
  });

  it('are bounded: those that were not used lately make room', () => {
    const tokens = new VerifiedTokens(4);
    for (const token of ['a', 'b']) tokens.add(token, sessionUntil(600), 'k');
    expect(tokens.get('a', NOW, always)).toBeDefined();
    tokens.add('c', sessionUntil(600), 'k');
    expect(['a', 'b', 'c'].map((token) => tokens.get(token, NOW, always) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });
});
