import { describe, expect, it } from 'vitest';
import { deviceOf } from './device.policy.js';

describe('the device of a session', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      { name: 'Firefox on Linux', kind: 'DESKTOP' },
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      { name: 'Safari on iOS', kind: 'MOBILE' },
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      { name: 'Microsoft Edge on Windows', kind: 'DESKTOP' },
    ],
  ])('is read from %s', (userAgent, device) => {
    expect(deviceOf(userAgent)).toEqual(device);
  });

  it.each([null, '', '\u0000', '((((((((', '😀'.repeat(256), '%', '/'])(
    'survives %j',
    (userAgent) => {
      expect(() => deviceOf(userAgent)).not.toThrow();
    },
  );

  it('is nothing where the header says nothing', () => {
    expect(deviceOf(null)).toBeUndefined();
    expect(deviceOf('')).toBeUndefined();
  });
});
