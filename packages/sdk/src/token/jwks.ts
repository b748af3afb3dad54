import { type CryptoKey, importJWK, type JWK } from 'jose';

const MAX_BYTES = 1024 * 1024;

/** The signature keys in the answer of a JWKS URL, by kid. Rejects when it is no JWKS. */
export async function keysOfAnswer(
  response: Response,
  algorithms: readonly string[],
): Promise<ReadonlyMap<string, CryptoKey>> {
  return importKeys(readJwks(await readText(response)), algorithms);
}

/** The body, counted while it arrives: nobody has to hold what is longer than any JWKS. */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  // Leaving the loop early cancels the rest of the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error('the answer is longer than 1 MB');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readJwks(text: string): JWK[] {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys))
    throw new Error('the answer is no JWKS');
  return body.keys.filter((key): key is JWK => typeof key === 'object' && key !== null);
}

/**
 * Public signature keys of the accepted algorithms; anything else in the set is none of our
 * business (RFC 7517 section 5), a key for another use above all.
 */
async function importKeys(
  jwks: readonly JWK[],
  algorithms: readonly string[],
): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of jwks) {
    if (
      jwk.kid === undefined ||
      jwk.use !== 'sig' ||
      jwk.alg === undefined ||
      !algorithms.includes(jwk.alg) ||
      'd' in jwk
    )
      continue;
    // a broken key must not take the others with it
    const key = await importJWK(jwk, jwk.alg).catch(() => undefined);
    if (key !== undefined && !(key instanceof Uint8Array)) keys.set(jwk.kid, key);
  }
  return keys;
}
