import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedLookup, type ResolveAll } from './guarded-lookup.js';
import { postBy } from './post.js';
import { isPublicAddress } from './webhook.policy.js';

let called = 0;
const receiver = createServer((_request, response) => {
  called += 1;
  response.end();
});
let port: number;
beforeAll(async () => {
  receiver.listen(0);
  await once(receiver, 'listening');
  ({ port } = receiver.address() as AddressInfo); // it listens on TCP
});
afterAll(() => receiver.close());

const message = { headers: {}, body: '{}' };

describe('a message to a receiver in the own network', () => {
  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'localhost'])(
    'is not sent to %s',
    async (host) => {
      const post = postBy({ httpsOnly: false, privateAddresses: false });
      await expect(post(`http://${host}:${port}/`, message)).rejects.toThrow('private address');
      expect(called).toBe(0);
    },
  );

  it('is sent where that is allowed', async () => {
    const post = postBy({ httpsOnly: false, privateAddresses: true });
    expect(await post(`http://localhost:${port}/`, message)).toBe(200);
    expect(called).toBe(1);
  });
});

describe('looking a receiver up', () => {
  const lookUp = (addresses: string[], all: boolean) => {
    const resolve: ResolveAll = (_name, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    return new Promise((resolved, rejected) =>
      guardedLookup(isPublicAddress, resolve)('hooks.example.com', { all }, (error, ...found) =>
        error === null ? resolved(found) : rejected(error),
      ),
    );
  };

  it('finds the addresses that may be called, and no others: those are connected to', async () => {
    const mixed = ['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1111'];
    expect(await lookUp(mixed, false)).toEqual(['8.8.8.8', 4]);
    expect(await lookUp(mixed, true)).toEqual([
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ]);
  });

  it('fails when there is none', async () => {
    await expect(lookUp(['127.0.0.1', 'fd00::1'], true)).rejects.toThrow('private address');
    await expect(lookUp([], false)).rejects.toThrow('private address');
  });
});
