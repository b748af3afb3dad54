import { describe, expect, it } from 'vitest';
import { fitsToken, tokenMetadata } from './token-metadata.policy.js';

describe('the metadata in tokens', () => {
  it('is what the setting lists, and nothing where there is none of it', () => {
    expect(tokenMetadata({ plan: 'pro', note: 'x' }, ['plan', 'team'])).toEqual({ plan: 'pro' });
    expect(tokenMetadata({ note: 'x' }, ['plan'])).toBeUndefined();
    expect(tokenMetadata({ plan: 'pro' }, [])).toBeUndefined();
  });

  it('is left out when it is too long, which is refused where it is stored', () => {
    const long = { plan: 'x'.repeat(1_100), note: 'y'.repeat(2_000) };
    expect(tokenMetadata(long, ['plan'])).toBeUndefined();
    expect(fitsToken(long, ['plan'])).toBe(false);
    expect(fitsToken(long, [])).toBe(true);
    expect(fitsToken({ ...long, plan: 'pro' }, ['plan'])).toBe(true);
  });
});
