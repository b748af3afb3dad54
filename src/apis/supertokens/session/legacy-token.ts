import type { CryptoKey } from 'jose';
import { z } from 'zod';
import type { App } from '../apps/app.js';
import type { CoreKeys } from '../keys/core-keys.js';
import { jsonObject } from '../protocol/fields.js';
import { parseJson } from '../protocol/json-body.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { AccessTokenContent } from './access-token-content.js';

/** Of the access tokens before CDI 2.21: nearly JWTs, in plain base64 and without a `kid`. */
export const LEGACY_VERSION = '2';

const HEADER = encode(JSON.stringify({ alg: 'RS256', typ: 'JWT', version: LEGACY_VERSION }));
const RSA = 'RSASSA-PKCS1-v1_5';
const SECOND_MS = 1_000;

const CONTENT = z.object({
  sessionHandle: z.string(),
  userId: z.string(),
  refreshTokenHash1: z.string(),
  parentRefreshTokenHash1: z.string().optional(),
  userData: jsonObject,
  antiCsrfToken: z.string().optional(),
  /** Milliseconds. */
  expiryTime: z.number(),
  timeCreated: z.number(),
});

/** As the core tells them apart: by the very text of their header. */
export function isLegacyToken(token: string): boolean {
  return token.startsWith(`${HEADER}.`);
}

export async function signLegacyToken(
  content: AccessTokenContent,
  privateKey: CryptoKey,
): Promise<string> {
  const payload: z.input<typeof CONTENT> = {
    sessionHandle: content.sessionHandle,
    userId: content.userId,
    refreshTokenHash1: content.refreshTokenHash1,
    parentRefreshTokenHash1: content.parentRefreshTokenHash1 ?? undefined,
    userData: content.claims,
    antiCsrfToken: content.antiCsrfToken ?? undefined,
    expiryTime: content.expiresAt * SECOND_MS,
    timeCreated: content.issuedAt * SECOND_MS,
  };
  const signed = `${HEADER}.${encode(JSON.stringify(payload))}`;
  const signature = await crypto.subtle.sign(RSA, privateKey, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString('base64')}`;
}

/** Undefined where no key of the app has signed it: it does not say which one should have. */
export async function readLegacyToken(
  keys: CoreKeys,
  app: App,
  token: string,
): Promise<AccessTokenContent | undefined> {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const signed = Buffer.from(`${header}.${payload}`);
  const key = await keys.verifying(app, ({ publicKey }) =>
    crypto.subtle.verify(RSA, publicKey, Buffer.from(signature, 'base64'), signed),
  );
  if (key === undefined || rest.length > 0) return undefined;
  const content = CONTENT.parse(parseJson(Buffer.from(payload, 'base64'))); // we signed it
  return {
    version: LEGACY_VERSION,
    userId: content.userId,
    recipeUserId: content.userId,
    tenantId: PUBLIC,
    sessionHandle: content.sessionHandle,
    refreshTokenHash1: content.refreshTokenHash1,
    parentRefreshTokenHash1: content.parentRefreshTokenHash1 ?? null,
    antiCsrfToken: content.antiCsrfToken ?? null,
    claims: content.userData,
    issuedAt: Math.floor(content.timeCreated / SECOND_MS),
    expiresAt: Math.floor(content.expiryTime / SECOND_MS),
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
