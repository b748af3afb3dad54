import { randomUUID } from 'node:crypto';
import type { App } from '../apps/app.js';
import type { CoreKeys } from '../keys/core-keys.js';
import { keyTimesOf } from '../keys/key-times.policy.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import type { Call } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import type { IssuedTokens } from './issued-session.js';

/** From here on SDKs read keys from the JWKS, and tokens are what the answer says. */
export const SINCE_JWKS: CdiVersion = 221;
const SINCE_KEY_LIST: CdiVersion = 209;

/** What SDKs before the JWKS verified access tokens with; nothing for those after it. */
export async function legacyKeys(
  keys: CoreKeys,
  app: App,
  version: CdiVersion,
): Promise<JsonObject> {
  if (version >= SINCE_JWKS) return {};
  const kind = app.config.legacyStaticKeys ? 'static' : 'dynamic';
  const times = keyTimesOf(app.config);
  const listed = await Promise.all(
    (await keys.verifyingOf(app, kind)).map(async ({ publicKey, createdAt }) => ({
      publicKey: Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64'),
      createdAt: createdAt.getTime(),
      expiryTime: createdAt.getTime() + (kind === 'static' ? TEN_YEARS_MS : times.interval),
    })),
  );
  const [newest] = listed; // those of one kind come newest first
  return {
    jwtSigningPublicKey: newest?.publicKey,
    jwtSigningPublicKeyExpiryTime: newest?.expiryTime,
    ...(version >= SINCE_KEY_LIST ? { jwtSigningPublicKeyList: listed } : {}),
  };
}

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

/** What an answer with new tokens has beside them for such SDKs. */
export async function legacyAnswer(
  keys: CoreKeys,
  { app, version }: Pick<Call, 'app' | 'version'>,
  { refreshToken }: Pick<IssuedTokens, 'refreshToken'>,
): Promise<JsonObject> {
  if (version >= SINCE_JWKS) return {};
  // Shows a page's code that there is a session, and is good for nothing else.
  const idRefreshToken = { ...refreshToken, token: randomUUID() };
  return { idRefreshToken, ...(await legacyKeys(keys, app, version)) };
}

/** Whether the static key shall sign, which old SDKs do not say; undefined: as before. */
export function usesStaticKey(
  { app, version }: Pick<Call, 'app' | 'version'>,
  useDynamicSigningKey: boolean | undefined,
): boolean | undefined {
  if (version < SINCE_JWKS) return app.config.legacyStaticKeys;
  return useDynamicSigningKey === undefined ? undefined : !useDynamicSigningKey;
}
