import { beforeEach, describe, expect, it } from 'vitest';
import { type OnDenied, warnOncePerCause } from './denied-request.js';

const HOUR_MS = 3_600_000;
const message = 'The access token is not valid.';

let warnings: string[];
let now: number;
let onDenied: OnDenied;

beforeEach(() => {
  warnings = [];
  now = 0;
  onDenied = warnOncePerCause(
    (text) => warnings.push(text),
    () => now,
  );
});

describe('what a server warns of unless it is told otherwise', () => {
  const wrongAudience = (actual: string) =>
    onDenied({
      reason: 'TOKEN_INVALID',
      message,
      mismatch: { claim: 'aud', expected: 'https://api.example.com', actual },
    });

  it('is a wrong claim, with both values', () => {
    wrongAudience('https://auth.example.com');
    expect(warnings).toEqual([
      'authgraph: TOKEN_INVALID: aud is "https://auth.example.com", expected "https://api.example.com".',
    ]);
  });

  it('is said once an hour for each cause, whatever the values', () => {
    for (let request = 0; request < 1_000; request += 1) wrongAudience(`made up ${request}`);
    expect(warnings).toHaveLength(1);
    onDenied({
      reason: 'TOKEN_INVALID',
      message,
      mismatch: { claim: 'iss', expected: 'a', actual: 'b' },
    });
    expect(warnings).toHaveLength(2);
    now = HOUR_MS;
    wrongAudience('again');
    expect(warnings).toHaveLength(3);
  });

  it('is one line, whatever somebody sends', () => {
    wrongAudience('x\nauthgraph: all is well');
    expect(warnings[0]).not.toContain('\n');
  });

  it('is a JWKS that cannot be fetched, with the reason that lies behind it', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    onDenied({ reason: 'VERIFICATION_UNAVAILABLE', message: 'The keys cannot be read.', cause });
    expect(warnings).toEqual([
      'authgraph: VERIFICATION_UNAVAILABLE: The keys cannot be read. fetch failed: connect ECONNREFUSED',
    ]);
  });

  it('is an expired token only where the clock is wrong', () => {
    const mismatch = { claim: 'exp', expected: 'a time to come', actual: '2026-01-01T00:00:00Z' };
    onDenied({ reason: 'TOKEN_EXPIRED', message, mismatch, clockOffsetMs: 900 });
    expect(warnings).toEqual([]);
    onDenied({ reason: 'TOKEN_EXPIRED', message, mismatch, clockOffsetMs: -3_600_000 });
    expect(warnings[0]).toContain('differ by 3600 s');
  });

  it('is nothing that honest clients cause all the time', () => {
    for (const reason of ['TOKEN_MISSING', 'TOKEN_REVOKED', 'SCOPE_MISSING'] as const)
      onDenied({ reason, message });
    onDenied({ reason: 'TOKEN_INVALID', message }); // garbage
    expect(warnings).toEqual([]);
  });
});
