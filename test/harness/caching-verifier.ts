import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../src/kernel/clock.js';

/**
 * Somebody else's verifier: plain jose, with a JWKS that it fetches again only when max-age is
 * over, and never sooner.
 */
export class CachingVerifier {
  readonly #jwksUrl: string;
  readonly #issuer: string;
  readonly #clock: Clock;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #staleAt = 0;

  constructor(serviceUrl: string, issuer: string, clock: Clock) {
    this.#jwksUrl = `${serviceUrl}/.well-known/jwks.json`;
    this.#issuer = issuer;
    this.#clock = clock;
  }

  async verify(token: string): Promise<JWTPayload> {
    const keys = await this.renewWhenStale();
    const { payload } = await jwtVerify(token, keys, {
      issuer: this.#issuer,
      audience: this.#issuer,
      typ: 'at+jwt',
      currentDate: this.#clock.now(),
    });
    return payload;
  }

  async renewWhenStale(): Promise<ReturnType<typeof createLocalJWKSet>> {
    const now = this.#clock.now().getTime();
    if (this.#keys !== undefined && now < this.#staleAt) return this.#keys;
    const response = await fetch(this.#jwksUrl);
    const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1]);
    this.#staleAt = now + maxAge * 1000;
    // jose checks its shape
    this.#keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
    return this.#keys;
  }
}
