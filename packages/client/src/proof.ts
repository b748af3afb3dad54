/** What a proof says (RFC 9449 section 4.2). */
export interface ProofClaims {
  readonly method: string;
  /** Where the request goes, without query and fragment. */
  readonly url: string;
  readonly now: Date;
  readonly accessToken: string | undefined;
  readonly nonce: string | undefined;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ID_BYTES = 16;

/** Whether keys can be made here: in an insecure page and in React Native they cannot. */
export function canMakeKeys(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

/** A key whose private half no script can read, unless `extractable` is set. */
export function makeKey(extractable: boolean): Promise<CryptoKeyPair> {
  const made = crypto.subtle.generateKey(ECDSA, extractable, ['sign']);
  return made as Promise<CryptoKeyPair>; // ECDSA makes pairs
}

/** Makes a proof that the sender of a request holds a key. */
export async function makeProof(
  { publicKey, privateKey }: CryptoKeyPair,
  { method, url, now, accessToken, nonce }: ProofClaims,
): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const jti = base64url(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
  const ath = accessToken && (await hashOf(accessToken));
  const iat = Math.floor(now.getTime() / 1000);
  const claims = { jti, htm: method, htu: url, iat, ath, nonce };
  const text = `${part(header)}.${part(claims)}`;
  const signature = await crypto.subtle.sign(ECDSA, privateKey, bytesOf(text));
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

/** The key in a form that a storage of texts can keep. */
export function exportKey({ privateKey }: CryptoKeyPair): Promise<JsonWebKey> {
  return crypto.subtle.exportKey('jwk', privateKey);
}

export async function importKey(jwk: JsonWebKey): Promise<CryptoKeyPair> {
  const { kty, crv, x, y } = jwk as Required<JsonWebKey>; // `exportKey` wrote it
  const open = { kty, crv, x, y };
  return {
    privateKey: await crypto.subtle.importKey('jwk', jwk, ECDSA, true, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', open, ECDSA, true, ['verify']),
  };
}

async function hashOf(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text))));
}

function part(value: object): string {
  return base64url(bytesOf(JSON.stringify(value)));
}

function bytesOf(text: string) {
  return new TextEncoder().encode(text);
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
