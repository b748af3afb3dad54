import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '@authgraph/sdk';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/**
 * Nothing but a JWKS over HTTP, and the keys to sign tokens that it vouches for. It can go down and
 * come back.
 */
export class JwksIssuer implements AsyncDisposable {
  readonly issuer = 'http://issuer.test';
  readonly audience = 'http://api.test';
  readonly #keys: SigningKey[];
  readonly #server: Server;
  #port = 0;
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];

  private constructor(key: SigningKey) {
    this.#keys = [key];
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      response
        .setHeader('content-type', 'application/json')
        .setHeader('cache-control', 'public, max-age=300');
      response.end(JSON.stringify({ keys: this.#keys.map(({ publicJwk }) => publicJwk) }));
    });
  }

  /** An issuer that has an address already, and answers from `start` on. */
  static async create(): Promise<JwksIssuer> {
    const issuer = new JwksIssuer(await newKey());
    await issuer.start();
    return issuer;
  }

  get jwks(): string {
    return `http://127.0.0.1:${this.#port}/jwks.json`;
  }

  /** The key that signs: the newest. */
  get key(): SigningKey {
    return this.#keys.at(-1) as SigningKey; // there is always one
  }

  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    // the same again after a stop
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Publishes a new key, which signs from now on; the old one stays. */
  async rotate(): Promise<void> {
    this.#keys.push(await newKey());
  }

  claims(changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: this.audience,
      sub: '0193a5c0-0000-7000-8000-00000000ada0',
      client_id: 'authgraph',
      sid: '0193a5c0-0000-7000-8000-000000005e55',
      jti: crypto.randomUUID(),
      iat: now,
      exp: now + 600,
      auth_time: now,
      amr: ['pwd'],
      email_verified: false,
      roles: [],
      scope: '',
      ...changes,
    };
  }

  /** A token as the service would make it. */
  token(changes: Partial<AccessTokenClaims> = {}, key: SigningKey = this.key): Promise<string> {
    return new SignJWT({ ...this.claims(changes) })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: ACCESS_TOKEN_TYPE })
      .sign(key.privateKey);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export async function newKey(): Promise<SigningKey> {
  const algorithm = 'ES256';
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, algorithm, privateKey, publicJwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
}
