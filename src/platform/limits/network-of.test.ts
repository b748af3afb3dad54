import { describe, expect, it } from 'vitest';
import { networkOf } from './network-of.js';

describe('networkOf (requirement 29)', () => {
  it('takes an IPv6 /64 for one address, however it is written', () => {
    const forms = [
      '2001:db8:0:1::1',
      '2001:db8:0:1:ffff:ffff:ffff:ffff',
      '2001:0DB8:0000:0001::2%eth0',
    ];
    expect(new Set(forms.map(networkOf)).size).toBe(1);
    expect(networkOf('2001:db8:0:2::1')).not.toBe(networkOf('2001:db8:0:1::1'));
  });

  it('takes an IPv4 address for itself, also inside an IPv6 one', () => {
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::ffff:c000:201')).toBe('192.0.2.1');
    expect(networkOf('192.0.2.2')).not.toBe(networkOf('192.0.2.1'));
  });

  it('leaves what is no address as it is', () => {
    expect(networkOf('ada@example.com')).toBe('ada@example.com');
    expect(networkOf('')).toBe('');
  });

  it('leaves an address with the name of an interface as it is, however that is spelt', () => {
    for (const text of ['fe80::1%br-lan', 'fe80::1%eth0.100']) expect(networkOf(text)).toBe(text);
  });
});
