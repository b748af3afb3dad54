import { describe, expect, it } from 'vitest';
import { callerAddress } from './caller-address.js';

describe('the address of a caller (requirement 53)', () => {
  it.each([
    [['10.0.0.1', '203.0.113.9'], '203.0.113.9'],
    [['10.0.0.1', '2001:db8::7'], '2001:db8::7'],
    [['10.0.0.1', "'; drop table sessions --"], '10.0.0.1'],
    [['10.0.0.1', '10.0.0.2', 'unknown'], '10.0.0.2'],
    [['10.0.0.1', '::ffff:999.1.1.1'], '10.0.0.1'],
  ])('of the hops %j is %s', (ips, expected) => {
    expect(callerAddress({ ips, ip: ips.at(-1) ?? '' })).toBe(expected);
  });

  it('is that of the connection where no proxy is trusted', () => {
    expect(callerAddress({ ip: '203.0.113.9' })).toBe('203.0.113.9');
  });
});
