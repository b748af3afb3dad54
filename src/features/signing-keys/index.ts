import { Gauge } from 'prom-client';
import { DEFAULT_REALM, type Realm } from '../../kernel/realm.js';
import { feature } from '../../platform/feature.js';
import { realms } from '../realms/index.js';
import { jwksRoutes } from './jwks-routes.js';
import { redisKeyCache } from './key-cache.js';
import { KeyRings } from './key-rings.js';
import { RotateSigningKey } from './rotate-signing-key.js';
import { SigningKey } from './signing-key.entity.js';
import { SIGNING_KEY_EVENTS } from './signing-key-events.js';
import { SigningKeysResolver } from './signing-keys.resolver.js';
import { SigningSchedule } from './signing-schedule.entity.js';
import { SIGNING_SETTINGS } from './signing-settings.js';
import { WithdrawSigningKey } from './withdraw-signing-key.js';

export type { KeyRing } from './key-ring.js';
export type { KeyRings } from './key-rings.js';
export { SIGNING_SETTINGS } from './signing-settings.js';

/** The keys that sign access tokens: made, sealed, rotated, published. */
export const signingKeys = feature({
  name: 'signing-keys',
  settings: SIGNING_SETTINGS,
  entities: [SigningKey, SigningSchedule],
  sealed: [
    {
      table: 'signing_keys',
      column: 'sealed_private_jwk',
      purpose: 'signing-keys',
      key: ['realm_id', 'kid'],
      context: ([realmId, kid]) => `signing-key:${realmId}:${kid}`,
    },
  ],
  resolvers: [SigningKeysResolver],
  events: SIGNING_KEY_EVENTS,
  create({ database, bus, redis, secrets, clock, events, log, metrics }, use) {
    const { directory } = use(realms);
    const seal = secrets.seal('signing-keys');
    const cacheSeal = secrets.seal('signing-key-cache');
    const cacheOf = (realm: Realm) => {
      const { jwksMaxAge } = SIGNING_SETTINGS.of(realm);
      // With the ring's equal half no key is seen later than one max-age.
      const maxAge = Math.max(1, Math.floor(jwksMaxAge / 2));
      return redis && redisKeyCache(redis, cacheSeal, clock, maxAge);
    };
    const rotate = new RotateSigningKey({ database, bus, seal, clock, events });
    const withdraw = new WithdrawSigningKey({ database, bus, cacheOf, seal, clock, events });
    const rings = new KeyRings({
      database,
      bus,
      cacheOf,
      seal,
      rotate,
      clock,
      log,
    });
    new Gauge({
      name: 'authgraph_signing_key_age_seconds',
      help: 'How long the key that signs for the default realm has been signing',
      registers: [metrics],
      async collect() {
        try {
          const ring = await rings.of(await directory.find(DEFAULT_REALM));
          const { activatesAt } = ring.signingKey();
          this.set((clock.now().getTime() - activatesAt.getTime()) / 1000);
        } catch {
          this.reset(); // nothing signs: an alert on absence says so
        }
      },
    });
    return {
      parts: { rings, rotate, withdraw },
      resolvers: [new SigningKeysResolver(rings, rotate)],
      routes: jwksRoutes(rings),
      async start() {
        await rings.of(await directory.find(DEFAULT_REALM));
        return undefined;
      },
      stop: () => rings[Symbol.dispose](),
    };
  },
});
