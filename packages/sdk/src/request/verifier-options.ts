import { checkIssuer, isHttpUrl, wrongOption } from '../token/check-issuer.js';
import { type KeySource, SIGNATURE_ALGORITHMS } from '../token/verify-access-token.js';
import type { BindingOptions } from './check-binding.js';
import type { OnDenied } from './denied-request.js';

export interface RequestVerifierOptions extends BindingOptions {
  /** authgraph's public URL: what `iss` must be, exactly. */
  readonly issuer: string;
  /** What `aud` must be, exactly. authgraph's own default is its issuer. */
  readonly audience: string;
  /**
   * The JWKS's URL, or another source of keys; `/.well-known/jwks.json` under the issuer unless
   * given.
   */
  readonly jwks?: string | KeySource;
  /** Accepted signature algorithms; ES256, RS256 and EdDSA unless given. */
  readonly algorithms?: readonly string[];
  /** Tells whether a session was ended before its access tokens expire. */
  readonly isEnded?: (sessionId: string) => boolean | Promise<boolean>;
  /**
   * Origins besides this server's own whose pages may call it, such as `https://app.example.com`. A
   * cookie from any other page is refused.
   */
  readonly origins?: readonly string[];
  /**
   * The longest life of a token that is accepted, `exp - iat` in seconds; a day unless given, which
   * is the most that authgraph can be set to.
   */
  readonly maxTokenLifetime?: number;
  /**
   * Called with each request that is refused, for a log or a metric. Unless given, what most likely
   * is a wrong setting is warned of, once an hour for each cause. Nothing in it holds a token.
   */
  readonly onDenied?: OnDenied;
  /** Replaces the global `fetch` where the JWKS is fetched, for a proxy or a test. */
  readonly fetch?: typeof fetch;
  /** How many verified tokens are remembered; 10,000 unless given. */
  readonly cacheSize?: number;
}

const AUDIENCE = 'what AUTHGRAPH_AUDIENCE says, which is the issuer unless set';

/**
 * Throws a TypeError that names the option. Without it a wrong one would only show as a 401 to
 * every token.
 */
export function checkOptions(options: RequestVerifierOptions): void {
  const { issuer, audience, jwks, algorithms, origins = [], maxTokenLifetime } = options;
  checkIssuer(issuer);
  if (typeof audience !== 'string' || audience === '')
    throw wrongOption('audience', `is required, one text: ${AUDIENCE}`, audience);
  if (typeof jwks === 'string' && !isHttpUrl(jwks))
    throw wrongOption('jwks', 'must be an http or https URL, or a source of keys', jwks);
  for (const algorithm of algorithms ?? []) {
    if (!SIGNATURE_ALGORITHMS.includes(algorithm))
      throw wrongOption('algorithms', `can hold ${SIGNATURE_ALGORITHMS.join(', ')}`, algorithm);
  }
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw wrongOption('origins', 'holds origins such as https://app.example.com', origin);
  }
  checkProofOptions(options);
  if (maxTokenLifetime !== undefined && !(maxTokenLifetime > 0))
    throw wrongOption('maxTokenLifetime', 'is a number of seconds above 0', maxTokenLifetime);
}

function checkProofOptions({ dpop, proofUrls, readProof }: BindingOptions): void {
  if (dpop !== undefined && dpop !== 'accept' && dpop !== 'require')
    throw wrongOption('dpop', 'is "accept" or "require"', dpop);
  for (const url of proofUrls ?? []) {
    if (!isHttpUrl(url))
      throw wrongOption('proofUrls', 'holds URLs such as https://api.example.com', url);
  }
  if (dpop === 'require' && proofUrls === undefined && readProof === undefined)
    throw wrongOption('proofUrls', 'is required with dpop: "require"', proofUrls);
}
