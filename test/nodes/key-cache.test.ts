import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, ME, signUpUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { type ServiceProcess, type Settings, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const ENTRY = 'authgraph:signing-keys:default';

describeOnSharedServers('the key cache in Redis', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let settings: Settings;
  let redis: Redis;
  let node: ServiceProcess;
  beforeAll(async () => {
    servers = await open();
    redis = new Redis(servers.redisUrl);
    database = await createTestDatabase(servers.databaseUrl);
    settings = { ...clusterSettings(database.url, servers.redisUrl), AUTHGRAPH_JWKS_MAX_AGE: '4s' };
    node = await startNode(settings);
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await redis.quit();
    await servers[Symbol.asyncDispose]();
  });

  it('holds the keys, and nothing that could be read or used without the secret', async () => {
    const user = await signUpUser(node.send);
    await cached();
    const [key] = await database.sql<{ kid: string; public_jwk: { x: string } }>(
      'select kid, public_jwk from signing_keys',
    );
    const dump = await everything(redis);
    for (const clear of [
      '"d"',
      'privateJwk',
      key?.kid ?? '',
      key?.public_jwk.x ?? '',
      user.accessToken,
      user.refreshToken,
      settings.AUTHGRAPH_SECRET ?? '',
    ]) {
      expect(clear).not.toBe('');
      expect(dump.includes(clear), clear).toBe(false);
    }
    // Only to be sure that the entry is what it is taken for: it does hold at least a key.
    expect((await redis.getBuffer(ENTRY))?.length).toBeGreaterThan(200);
  });

  it('goes away on its own, within the JWKS max-age', async () => {
    await cached();
    expect(await redis.ttl(ENTRY)).toBeGreaterThan(0);
    expect(await redis.ttl(ENTRY)).toBeLessThanOrEqual(4);
  });

  it.each([
    { poison: 'a key of the attacker in the clear', make: attackersKeys },
    { poison: 'noise', make: async () => randomBytes(400) },
    { poison: 'nothing', make: async () => Buffer.alloc(0) },
  ])('is ignored when somebody writes $poison into it', async ({ make }) => {
    const published = await kids(node);
    await redis.set(ENTRY, await make(), 'EX', 60);
    const user = await signUpUser(node.send);
    await using fresh = await startNode(settings);
    for (const asked of [node, fresh]) {
      expect((await asked.send(ME, {}, bearer(user.accessToken))).status).toBe(200);
      expect(await kids(asked)).toEqual(published);
    }
    // half the max-age: the running node has looked again
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    for (const asked of [node, fresh]) expect(await kids(asked)).toEqual(published);
  });

  it('is ignored when the entry was sealed by a service with another secret', async () => {
    await using otherDatabase = await createTestDatabase(servers.databaseUrl);
    await using other = await startNode({
      ...clusterSettings(otherDatabase.url, servers.redisUrl),
      AUTHGRAPH_JWKS_MAX_AGE: '4s',
    });
    const [mine, theirs] = [await kids(node), await kids(other)];
    expect(mine).not.toEqual(theirs);
    // both have renewed their keys through the one entry
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect([await kids(node), await kids(other)]).toEqual([mine, theirs]);
  });

  async function cached(): Promise<void> {
    await until(
      async () => {
        await kids(node); // who asks makes it look
        return (await redis.exists(ENTRY)) === 1;
      },
      10_000,
      'the keys are cached',
    );
  }
});

/** Keys as somebody would write them who knows the code, but not the secret. */
async function attackersKeys(): Promise<Buffer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const now = new Date().toISOString();
  const sealedPrivateJwk = Buffer.from(JSON.stringify(await exportJWK(privateKey))).toString(
    'base64',
  );
  const key = {
    kid,
    algorithm: 'ES256',
    publicJwk: { ...publicJwk, kid, alg: 'ES256', use: 'sig' },
    sealedPrivateJwk,
    createdAt: now,
    activatesAt: now,
  };
  return Buffer.from(JSON.stringify([key]));
}

/** Every key and value in every database of the server, as text. */
async function everything(redis: Redis): Promise<string> {
  const texts: string[] = [];
  for await (const names of redis.scanStream() as AsyncIterable<string[]>) {
    for (const name of names) {
      const value =
        (await redis.type(name)) === 'string'
          ? await redis.getBuffer(name)
          : await redis.dumpBuffer(name);
      texts.push(name, value?.toString('latin1') ?? '');
    }
  }
  return texts.join('\n');
}

async function kids(node: ServiceProcess): Promise<string[]> {
  const response = await fetch(`${node.url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] }; // RFC 7517
  return keys.map(({ kid }) => kid);
}
