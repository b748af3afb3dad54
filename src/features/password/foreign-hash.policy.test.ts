import { describe, expect, it } from 'vitest';
import { importableHash } from './foreign-hash.policy.js';

const BCRYPT = `$2b$11$${'a'.repeat(53)}`;
const SIGNER_KEY = Buffer.alloc(64, 7).toString('base64');
const FIREBASE = `$f_scrypt$${Buffer.alloc(64, 5).toString('base64')}$c2FsdA==$m=14$r=8$s=Bw==`;

describe('importableHash', () => {
  it.each([
    ['argon2id', '$argon2id$v=19$m=87795,t=1,p=2$c2FsdHNhbHQ$aGFzaGhhc2g'],
    ['bcrypt', BCRYPT],
    ["bcrypt of PHP's", BCRYPT.replace('$2b', '$2y')],
  ])('takes %s as it is', (_, hash) => {
    expect(importableHash(hash)).toBe(hash);
  });

  it.each([
    ['bcrypt of a cost that would hold a thread for seconds', BCRYPT.replace('$11$', '$16$')],
    ['argon2 of a gigabyte', '$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'],
    ['a hash cut short', BCRYPT.slice(0, -1)],
    ['an unknown kind', 'md5:900150983cd24fb0d6963f7d28e17f72'],
    ["Firebase's of half a gigabyte", FIREBASE.replace('m=14', 'm=19')],
    ["Firebase's without a salt", FIREBASE.replace('$c2FsdA==', '')],
  ])('refuses %s', (_, hash) => {
    expect(importableHash(hash, SIGNER_KEY)).toBeUndefined();
  });

  it("takes Firebase's only with the signer key, which the result does not hold", () => {
    expect(importableHash(FIREBASE)).toBeUndefined();
    expect(importableHash(FIREBASE, Buffer.alloc(32).toString('base64'))).toBeUndefined();
    const stream = Buffer.alloc(64, 5 ^ 7).toString('base64');
    const salt = Buffer.from('salt\x07').toString('base64');
    expect(importableHash(FIREBASE, SIGNER_KEY)).toBe(
      `$firebase-scrypt$m=14,r=8$${salt}$${stream}`,
    );
  });
});
