import type { Call } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import { checkClaims, readCoreToken, signCoreToken, TokenRefused } from './core-access-token.js';
import { updateCoreSession } from './core-session.store.js';
import { describeAccessToken } from './issued-session.js';
import { unauthorised } from './session-answers.js';
import { readHandle } from './session-handle.js';
import { describeTokenSession, orRefusal, type VerifyCoreDeps } from './verify-core-session.js';

/**
 * Stores other claims, and yields an access token with them that lives no longer than the one that
 * was presented. Its signature counts even when it has expired; SuperTokens' core does not look.
 */
export async function regenerateSession(
  deps: VerifyCoreDeps,
  { app, realm, version }: Call,
  input: { readonly accessToken: string; readonly userDataInJWT?: JsonObject | undefined },
): Promise<JsonObject> {
  const { database, clock, keys, apps } = deps;
  const now = clock.now();
  const read = readCoreToken(keys, app, input.accessToken, { now, expired: 'allowed' });
  const token = await read.catch(orRefusal);
  if (token instanceof TokenRefused) return unauthorised(token.message);
  const { userDataInJWT: wanted } = input;
  if (wanted !== undefined) checkClaims(wanted, token.version);
  const id = readHandle(apps, app, token.sessionHandle);
  const change = wanted === undefined ? {} : { claims: JSON.stringify(wanted) };
  const stored = id && (await updateCoreSession(database, realm, id, change));
  if (!stored) return unauthorised('Session does not exist.');
  const claims: JsonObject = JSON.parse(stored.claims);
  const session = { ...describeTokenSession(token, version), userDataInJWT: claims };
  const issuedAt = Math.floor(now.getTime() / 1000);
  if (token.expiresAt <= issuedAt) return { status: 'OK', session };
  const kind = stored.usesStaticKey ? 'static' : 'dynamic';
  const renewed = await signCoreToken(keys, app, kind, { ...token, claims, issuedAt });
  const times = { issuedAt, expiresAt: token.expiresAt };
  return { status: 'OK', session, accessToken: describeAccessToken(renewed, times) };
}
