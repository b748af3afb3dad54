import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Realm } from '../../kernel/realm.js';
import { deviceTokenFormat } from './device-token.js';

const realm: Realm = { id: 'default', issuer: 'https://auth.example.com', settings: {} };
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const format = deviceTokenFormat([newKey, oldKey]);
const device = {
  deviceId: '019d0000-0000-7000-8000-000000000001',
  userId: '019d0000-0000-7000-8000-000000000002',
  since: new Date('2026-11-25T12:00:00Z'),
};

describe('a device token', () => {
  it('is read as it was written, also under an older secret', () => {
    expect(format.read(realm, format.write(realm, device))).toEqual(device);
    const older = deviceTokenFormat([oldKey]).write(realm, device);
    expect(format.read(realm, older)).toEqual(device);
  });

  it('means nothing in another realm, or under another secret', () => {
    const token = format.write(realm, device);
    expect(format.read({ ...realm, id: 'shop' }, token)).toBeUndefined();
    expect(deviceTokenFormat([randomBytes(32)]).read(realm, token)).toBeUndefined();
  });

  it('cannot be altered', () => {
    const bytes = Buffer.from(format.write(realm, device).slice(6), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(format.read(realm, `ag_dt_${altered.toString('base64url')}`)).toBeUndefined();
    }
    for (const text of ['', 'ag_dt_', 'ag_dt_AAAA', `ag_rt_${bytes.toString('base64url')}`])
      expect(format.read(realm, text)).toBeUndefined();
  });
});
