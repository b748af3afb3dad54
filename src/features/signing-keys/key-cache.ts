import type { Redis } from 'ioredis';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Seal } from '../../kernel/secrets.js';
import type { StoredKey } from './key-material.js';
import { CLOCK_MARGIN_SECONDS } from './signing-key.policy.js';

/** The keys of a realm, and when the database had exactly these: what is older is out of date. */
export interface KeySet {
  readonly asOf: Date;
  readonly keys: readonly StoredKey[];
}

/** Where a node looks for the stored keys before it asks the database. */
export interface KeyCache {
  read(realmId: string): Promise<KeySet | undefined>;
  write(realmId: string, set: KeySet): Promise<void>;
}

/**
 * Stored keys in Redis. The whole entry is sealed, public halves too: whoever can write to Redis
 * must not be able to add a key that this service would then publish, nor bring back one that was
 * withdrawn: an entry says of when it is, and is ignored once it is older than `maxAgeSeconds`,
 * however long Redis keeps it. Redis being down counts as a miss.
 */
export function redisKeyCache(
  redis: Redis,
  seal: Seal,
  clock: Clock,
  maxAgeSeconds: number,
): KeyCache {
  const isFresh = ({ asOf }: KeySet) =>
    addSeconds(asOf, maxAgeSeconds + CLOCK_MARGIN_SECONDS) > clock.now();
  return {
    async read(realmId) {
      try {
        const box = await redis.getBuffer(entryName(realmId));
        const set = box === null ? undefined : decode(seal.open(box, entryName(realmId)));
        return set !== undefined && isFresh(set) ? set : undefined;
      } catch {
        return undefined; // down, or sealed by somebody else: the database knows
      }
    },
    async write(realmId, set) {
      try {
        await redis.set(
          entryName(realmId),
          seal.seal(encode(set), entryName(realmId)),
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

function encode({ asOf, keys }: KeySet): string {
  const encoded = keys.map((key) => ({
    ...key,
    sealedPrivateJwk: Buffer.from(key.sealedPrivateJwk).toString('base64'),
  }));
  return JSON.stringify({ asOf, keys: encoded });
}

type EncodedKey = Omit<StoredKey, 'sealedPrivateJwk' | 'createdAt' | 'activatesAt'> & {
  readonly sealedPrivateJwk: string;
  readonly createdAt: string;
  readonly activatesAt: string;
};

interface EncodedSet {
  readonly asOf: string;
  readonly keys: readonly EncodedKey[];
}

function decode(text: string): KeySet | undefined {
  const { asOf, keys } = JSON.parse(text) as Partial<EncodedSet>; // the seal: encode() wrote it
  if (asOf === undefined || keys === undefined) return undefined; // of an earlier version, that is
  return {
    asOf: new Date(asOf),
    keys: keys.map((entry) => ({
      ...entry,
      sealedPrivateJwk: Buffer.from(entry.sealedPrivateJwk, 'base64'),
      createdAt: new Date(entry.createdAt),
      activatesAt: new Date(entry.activatesAt),
    })),
  };
}
