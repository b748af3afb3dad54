import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAuthClient } from './auth-client.js';
import { memoryStorage } from './token-storage.js';

/** Which of the addresses are given the token. */
async function trusted(
  addresses: string[],
  url = 'https://auth.example.com/graphql',
): Promise<string[]> {
  const given: string[] = [];
  const storage = memoryStorage();
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const tokens = {
    accessToken: 'secret',
    accessTokenExpiresAt: expiresAt,
    refreshToken: 'r',
    refreshTokenExpiresAt: expiresAt,
  };
  await storage.save({ id: 'session', obtainedAt: Date.now(), tokens });
  const { authFetch } = createAuthClient({
    url,
    storage,
    origins: ['https://api.example.com:8443'],
    fetch: async (input, init) => {
      if (new Headers(init?.headers).get('authorization') === 'Bearer secret')
        given.push(String(input));
      return new Response('{}');
    },
  });
  for (const address of addresses) await authFetch(address);
  return given;
}

describe('the token of authFetch', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('goes to the origin of the service and to those that were named', async () => {
    const addresses = [
      'https://auth.example.com',
      'HTTPS://auth.EXAMPLE.com/orders',
      'https://auth.example.com?a#b',
      'https://api.example.com:8443/x',
    ];
    expect(await trusted(addresses)).toEqual(addresses);
  });

  it('goes nowhere else, whatever an address looks like', async () => {
    vi.stubGlobal('location', { origin: 'https://auth.example.com' });
    const addresses = [
      'http://auth.example.com/',
      'https://auth.example.com:444/',
      'https://auth.example.com.evil.example/',
      'https://auth.example.com@evil.example/',
      'https://auth.example.com:pw@evil.example/',
      'https://auth.example.com\\@evil.example/',
      'https://auth.example.com\t.evil.example/',
      ' https://evil.example/',
      '//evil.example/',
      '/\\evil.example/',
      '/\t/evil.example/',
      '\\\\evil.example',
      'javascript:0',
      'blob:https://auth.example.com/1',
    ];
    expect(await trusted(addresses)).toEqual([]);
  });

  it('goes to a path of the page where the page stands at the origin of the service', async () => {
    expect(await trusted(['/orders'])).toEqual([]);
    vi.stubGlobal('location', { origin: 'https://auth.example.com' });
    expect(await trusted(['/orders', '/', '/?next=//evil.example'])).toEqual([
      '/orders',
      '/',
      '/?next=//evil.example',
    ]);
    expect(await trusted(['/orders', 'https://auth.example.com/x'], '/graphql')).toEqual([
      '/orders',
      'https://auth.example.com/x',
    ]);
    vi.stubGlobal('location', { origin: 'https://elsewhere.example' });
    expect(await trusted(['/orders'])).toEqual([]);
  });
});
