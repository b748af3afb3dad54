import { expect, it } from 'vitest';
import { fromBase32, isTotp, toBase32, totpOf } from './totp.policy.js';

/** RFC 6238 appendix B; its codes have eight digits, of which six are the last. */
const SECRET = Buffer.from('12345678901234567890');

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [2_000_000_000, '279037'],
])('makes the codes of RFC 6238: %i', (seconds, code) => {
  expect(totpOf(SECRET, Math.floor(seconds / 30))).toBe(code);
});

it('takes codes of the windows within the skew, and no others', () => {
  const at = (seconds: number) => new Date(seconds * 1000);
  const code = totpOf(SECRET, 100);
  for (const [seconds, counts] of [
    [2_969, false],
    [2_970, true],
    [3_059, true],
    [3_060, false],
  ] as const) {
    expect(isTotp(SECRET, code, { period: 30, skew: 1 }, at(seconds))).toBe(counts);
  }
});

it('writes and reads base32', () => {
  expect(toBase32(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  expect(fromBase32('gezdgnbvgy3tqojqgezdgnbvgy3tqojq')).toEqual(SECRET);
  expect(fromBase32('no base32!')).toBeUndefined();
});
