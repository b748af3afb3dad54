import { rm } from 'node:fs/promises';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf } from '../src/app/storage.js';
import { realms } from '../src/features/realms/index.js';
import { openDatabase } from '../src/platform/database/database.js';
import { revertLastMigration } from '../src/platform/database/migrations.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';
import { keyRingOf, rotateSigningKey } from './harness/service-parts.js';

const PUBLIC_MEMBERS = {
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
};

let service: TestService;
beforeAll(async () => {
  service = await startService({ env: { AUTHGRAPH_JWKS_MAX_AGE: '7m' } });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('GET /.well-known/jwks.json', () => {
  it.each(Object.entries(PUBLIC_MEMBERS))(
    'shows %s keys as requirement 19 says, the one on its way too',
    async (algorithm, members) => {
      const realmId = algorithm.toLowerCase();
      await service.app.use(realms).manage.create(realmId, { signingAlg: algorithm });
      await keyRingOf(service, realmId); // makes the first key
      await rotateSigningKey(service, realmId);

      const response = await fetch(`${service.url}/realms/${realmId}/.well-known/jwks.json`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/(jwk-set\+)?json/);
      expect(response.headers.get('cache-control')).toBe('public, max-age=420');
      const { keys, ...rest } = (await response.json()) as { keys: JWK[] };
      expect(rest).toEqual({});
      expect(keys).toHaveLength(2);
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
      for (const key of keys) {
        expect(Object.keys(key).toSorted()).toEqual(members); // nothing private, whatever its name
        expect(key).toMatchObject({
          use: 'sig',
          alg: algorithm,
          kid: await calculateJwkThumbprint(key, 'sha256'),
        });
      }
      expect((await keyRingOf(service, realmId)).signingKey().privateKey.extractable).toBe(false);
    },
  );

  it('answers 503 and not an empty set while there is no key, which verifiers would cache (requirement 19)', async () => {
    const dataDir = await copyTemplate();
    try {
      const database = await openDatabase(
        { storage: storageOf(), dataDir, poolSize: 1 },
        pino({ level: 'silent' }),
      );
      await revertLastMigration(database);
      await database.close();
      await using starting = await startService({
        dataDir,
        env: { AUTHGRAPH_AUTO_MIGRATE: 'false' },
      });

      const response = await fetch(`${starting.url}/.well-known/jwks.json`);
      expect(response.status).toBe(503);
      expect(response.headers.get('cache-control') ?? '').not.toContain('max-age');
      const body = (await response.json()) as {
        errors: { extensions: { code: string } }[];
        keys?: unknown;
      };
      expect(body.errors[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
      expect(body.keys).toBeUndefined();
      const ready = await fetch(`${starting.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({
        checks: { database: true, migrations: false, keys: false },
      });
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('what discovery clients read (RFC 8414)', () => {
  it.each(['openid-configuration', 'oauth-authorization-server'])(
    'is at /.well-known/%s: the issuer, its keys and the algorithms',
    async (name) => {
      const response = await fetch(`${service.url}/.well-known/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=420');
      expect(await response.json()).toEqual({
        issuer: 'http://localhost:4000',
        jwks_uri: 'http://localhost:4000/.well-known/jwks.json',
        id_token_signing_alg_values_supported: ['ES256', 'RS256', 'EdDSA'],
        subject_types_supported: ['public'],
        response_types_supported: [],
      });
    },
  );
});
