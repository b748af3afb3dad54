import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { systemRandomness } from '../../kernel/randomness.js';
import { Secrets } from '../../kernel/secrets.js';
import { generateKey, loadKey } from './key-material.js';

const seal = new Secrets(['one secret'], systemRandomness).seal('signing-keys');
const times = { createdAt: new Date(0), activatesAt: new Date(0) };

describe('a signing key', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'for %s is stored with its private half sealed, and loads again',
    async (algorithm) => {
      const stored = await generateKey(algorithm, seal, 'default', times);
      expect(stored.kid).toBe(await calculateJwkThumbprint(stored.publicJwk, 'sha256'));
      expect(stored.publicJwk).toMatchObject({ kid: stored.kid, alg: algorithm, use: 'sig' });
      expect(stored.publicJwk).not.toHaveProperty('d');
      const loaded = await loadKey(stored, seal, 'default');
      expect(loaded.privateKey.type).toBe('private');
      expect(loaded.privateKey.extractable).toBe(false);
      expect(loaded.publicKey.type).toBe('public');
    },
  );

  it('has the public half of its private one, whatever the database says (requirement 41)', async () => {
    const stored = await generateKey('ES256', seal, 'default', times);
    const attackers = await generateKey('ES256', seal, 'default', times);
    const planted = { ...attackers.publicJwk, kid: stored.kid };
    const loaded = await loadKey({ ...stored, publicJwk: planted }, seal, 'default');
    expect(loaded.publicJwk).toEqual(stored.publicJwk);
    const { publicJwk, sealedPrivateJwk } = attackers;
    await expect(
      loadKey({ ...stored, publicJwk, sealedPrivateJwk }, seal, 'default'),
    ).rejects.toThrow('cannot be opened');
  });

  it('does not load under another secret, for another realm or under another kid, and says why', async () => {
    const stored = await generateKey('ES256', seal, 'default', times);
    const other = new Secrets(['another secret'], systemRandomness).seal('signing-keys');
    const refused = `signing key ${stored.kid} cannot be opened: AUTHGRAPH_SECRET is not the one it was sealed with`;
    await expect(loadKey(stored, other, 'default')).rejects.toThrow(refused);
    await expect(loadKey(stored, seal, 'another-realm')).rejects.toThrow(refused);
    await expect(loadKey({ ...stored, kid: 'another' }, seal, 'default')).rejects.toThrow(
      'cannot be opened',
    );
  });
});
