import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A client's key, as RFC 9449 has clients use it. */
export interface ProofKey {
  readonly thumbprint: string;
  /** A proof for a POST to the URL now; `changes` are to its claims and header. */
  proof(url: string, changes?: ProofChanges): Promise<string>;
}

interface ProofChanges {
  readonly claims?: object;
  readonly header?: object;
  /** The access token that it goes with. */
  readonly token?: string;
  /** Signs with this key instead. */
  readonly signedBy?: CryptoKey;
}

export async function makeProofKey(
  now: () => Date = () => new Date(),
  alg = 'ES256',
): Promise<ProofKey & { readonly privateKey: CryptoKey; readonly privateJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    privateKey,
    privateJwk: await exportJWK(privateKey),
    thumbprint: await calculateJwkThumbprint(jwk),
    proof: (url, { claims = {}, header = {}, token, signedBy = privateKey } = {}) => {
      const iat = Math.floor(now().getTime() / 1000);
      const ath = token && createHash('sha256').update(token).digest('base64url');
      const all = { jti: randomUUID(), htm: 'POST', htu: url, iat, ath, ...claims };
      const text = JSON.parse(JSON.stringify(all)); // leaves out what is undefined
      return new SignJWT(text)
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header })
        .sign(signedBy);
    },
  };
}
