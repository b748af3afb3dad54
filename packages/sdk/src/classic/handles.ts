import type { JsonObject } from './core.js';
import { classic } from './instance.js';

/**
 * Ends a session; false when there was none. Rejects with GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { revokeSessionUsingSessionHandle } from '@authgraph/sdk/classic';
 *
 * export const endOne = (handle: string) => revokeSessionUsingSessionHandle(handle);
 * ```
 */
export async function revokeSessionUsingSessionHandle(handle: string): Promise<boolean> {
  return (await classic().sessions.revoke({ sessionHandles: [handle] })).length > 0;
}

/**
 * Ends all sessions of a user, those over GraphQL too. Rejects with GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { revokeAllSessionsForUser } from '@authgraph/sdk/classic';
 *
 * export const signOutEverywhere = (userId: string) => revokeAllSessionsForUser(userId);
 * ```
 */
export async function revokeAllSessionsForUser(userId: string): Promise<void> {
  await classic().sessions.revoke({ userId });
}

/**
 * The handles of a user's sessions. Rejects with GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { getAllSessionHandlesForUser } from '@authgraph/sdk/classic';
 *
 * export const countSessions = async (userId: string) =>
 *   (await getAllSessionHandlesForUser(userId)).length;
 * ```
 */
export async function getAllSessionHandlesForUser(userId: string): Promise<string[]> {
  return classic().sessions.handlesOf(userId);
}

/**
 * What is kept with a session. Rejects with UNAUTHORISED when there is none, GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { getSessionData } from '@authgraph/sdk/classic';
 *
 * export const themeOf = async (handle: string) => (await getSessionData(handle)).theme;
 * ```
 */
export async function getSessionData(handle: string): Promise<JsonObject> {
  return classic().sessions.data(handle);
}

/**
 * Replaces it. Rejects with UNAUTHORISED when there is no such session, and GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { updateSessionData } from '@authgraph/sdk/classic';
 *
 * export const darken = (handle: string) => updateSessionData(handle, { theme: 'dark' });
 * ```
 */
export async function updateSessionData(handle: string, data: JsonObject): Promise<void> {
  await classic().sessions.updateData(handle, data);
}
