import type { Redis } from 'ioredis';
import type { Seal } from '../../kernel/secrets.js';
import type { StoredKey } from './key-material.js';

/** Where a node looks for the stored keys before it asks the database. */
export interface KeyCache {
  read(realmId: string): Promise<StoredKey[] | undefined>;
  write(realmId: string, keys: readonly StoredKey[]): Promise<void>;
}

/**
 * Stored keys in Redis. The whole entry is sealed, public halves too: whoever can write to Redis
 * must not be able to add a key that this service would then publish. Redis being down counts as a
 * miss.
 */
export function redisKeyCache(redis: Redis, seal: Seal, maxAgeSeconds: number): KeyCache {
  return {
    async read(realmId) {
      try {
        const box = await redis.getBuffer(entryName(realmId));
        return box === null ? undefined : decode(seal.open(box, entryName(realmId)));
      } catch {
        return undefined; // down, or sealed by somebody else: the database knows
      }
    },
    async write(realmId, keys) {
      try {
        await redis.set(
          entryName(realmId),
          seal.seal(encode(keys), entryName(realmId)),
          'EX',
          maxAgeSeconds,
        );
      } catch {
        // The connection says that it is down; an entry that was not written only costs the next
        // node a query.
      }
    },
  };
}

function entryName(realmId: string): string {
  return `authgraph:signing-keys:${realmId}`;
}

function encode(keys: readonly StoredKey[]): string {
  return JSON.stringify(
    keys.map((key) => ({
      ...key,
      sealedPrivateJwk: Buffer.from(key.sealedPrivateJwk).toString('base64'),
    })),
  );
}

type Encoded = Omit<StoredKey, 'sealedPrivateJwk' | 'createdAt' | 'activatesAt'> & {
  readonly sealedPrivateJwk: string;
  readonly createdAt: string;
  readonly activatesAt: string;
};

function decode(text: string): StoredKey[] {
  const entries = JSON.parse(text) as Encoded[]; // the seal proves that encode() wrote it
  return entries.map((entry) => ({
    ...entry,
    sealedPrivateJwk: Buffer.from(entry.sealedPrivateJwk, 'base64'),
    createdAt: new Date(entry.createdAt),
    activatesAt: new Date(entry.activatesAt),
  }));
}
