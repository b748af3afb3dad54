import type { Randomness } from '../../../kernel/randomness.js';
import { sha256 } from '../session/core-refresh-token.js';

/** 96 bytes are the 128 URL-safe characters that applications expect. */
const TOKEN_BYTES = 96;

/** A new token, and what is stored of it. */
export function newOneTimeToken(randomness: Randomness): { token: string; hash: string } {
  const token = randomness(TOKEN_BYTES).toString('base64url');
  return { token, hash: sha256(token) };
}
