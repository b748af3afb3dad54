import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RemoteKeys } from './remote-keys.js';

const URL = 'https://auth.example.com/.well-known/jwks.json';
const MAX_AGE_MS = 300_000;
const HOUR_MS = 3_600_000;

let first: JWK & { kid: string };
let second: JWK & { kid: string };
let published: readonly object[];
let answer: () => Response | Promise<Response>;
let asked: number;
let now: number;
let keys: RemoteKeys;

beforeAll(async () => {
  [first, second] = [await newJwk(), await newJwk()];
});

beforeEach(() => {
  published = [first];
  asked = 0;
  now = 0;
  answer = () => jwks({ keys: published });
  keys = new RemoteKeys({
    url: URL,
    algorithms: ['ES256'],
    elapsed: () => now,
    fetch: async () => {
      asked += 1;
      return answer();
    },
  });
});

async function newJwk(): Promise<JWK & { kid: string }> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}

function jwks(body: object): Response {
  const headers = { 'cache-control': `public, max-age=${MAX_AGE_MS / 1000}` };
  return new Response(JSON.stringify(body), { headers });
}

function goDown(): void {
  answer = () => {
    throw new TypeError('fetch failed');
  };
}

const known = (): Promise<CryptoKey | undefined> => keys.get(first.kid);

describe('the keys of a JWKS URL (requirement 39)', () => {
  it('are fetched once for all who ask at the same time', async () => {
    const found = await Promise.all([known(), known(), known()]);
    expect(found.every((key) => key !== undefined)).toBe(true);
    expect(asked).toBe(1);
  });

  it('count for the max-age and not a moment longer without asking again', async () => {
    await known();
    now = MAX_AGE_MS - 1;
    expect(keys.has(first.kid)).toBe(true);
    now = MAX_AGE_MS;
    expect(keys.has(first.kid)).toBe(false);
  });

  it('are gone after the max-age when they were withdrawn', async () => {
    await known();
    published = [second];
    now = MAX_AGE_MS;
    expect(await known()).toBeUndefined();
    expect(await keys.get(second.kid)).toBeDefined();
  });

  it('are renewed in the background before they run out', async () => {
    await known();
    now = MAX_AGE_MS * 0.9;
    expect(await known()).toBeDefined();
    expect(asked).toBe(2);
    await new Promise(setImmediate);
    now = MAX_AGE_MS * 1.5;
    expect(keys.has(first.kid)).toBe(true);
  });

  it('are stale for at most an hour while the issuer does not answer', async () => {
    await known();
    goDown();
    for (now = MAX_AGE_MS; now < MAX_AGE_MS + HOUR_MS; now += 60_000)
      expect(await known()).toBeDefined();
    now = MAX_AGE_MS + HOUR_MS;
    expect(keys.has(first.kid)).toBe(false);
    await expect(known()).rejects.toThrow('fetch failed');
  });

  it('are not stale once the issuer answers, whatever it answered before', async () => {
    await known();
    goDown();
    now = MAX_AGE_MS;
    expect(await known()).toBeDefined();
    published = [second];
    answer = () => jwks({ keys: published });
    now += 60_000;
    expect(await known()).toBeUndefined();
  });

  it('are withdrawn by a set that holds none', async () => {
    await known();
    published = [];
    now = MAX_AGE_MS;
    await expect(known()).rejects.toThrow('no usable key');
    expect(keys.has(first.kid)).toBe(false);
  });

  it('are asked for at growing intervals while the issuer is down', async () => {
    goDown();
    for (now = 0; now < 120_000; now += 100) await expect(known()).rejects.toThrow('fetch failed');
    expect(asked).toBe(8); // at 0, 1, 3, 7, 15, 31, 61 and 91 seconds
    answer = () => jwks({ keys: published });
    now = 121_000;
    expect(await known()).toBeDefined();
  });

  it('are asked for no more than once a second for kids that somebody invents', async () => {
    await known();
    for (now = 1; now <= 10_000; now += 100) await keys.get('invented');
    expect(asked).toBeLessThanOrEqual(11);
  });

  it.each([
    ['for encryption', { use: 'enc' }],
    ['of no stated use', { use: undefined }],
    ['of another algorithm', { alg: 'HS256' }],
    ['that is private', { d: 'AAAA' }],
  ])('leave out a key %s', async (_, change) => {
    published = [{ ...first, ...change }, second];
    expect(await known()).toBeUndefined();
    expect(await keys.get(second.kid)).toBeDefined();
  });

  it('are not read from more than 1 MB, and the rest is not waited for', async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    answer = () => new Response(endless);
    await expect(known()).rejects.toThrow('longer than 1 MB');
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });

  it('are kept for a while when something else answers in the place of the issuer', async () => {
    await known();
    now = MAX_AGE_MS;
    answer = () => new Response('<html>', { status: 502 });
    expect(await known()).toBeDefined();
    answer = () => new Response('<html>');
    now += 60_000;
    expect(await known()).toBeDefined();
  });
});
