import { z } from 'zod';
import { refuseField } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import {
  flag,
  jsonObject,
  optionalFlag,
  optionalJsonObject,
  optionalText,
  text,
} from '../protocol/fields.js';
import { type CreateSessionDeps, createSession } from './create-session.js';
import { legacyKeys, SINCE_JWKS } from './legacy-answer.js';
import { type RefreshCoreDeps, refreshCoreSession } from './refresh-core-session.js';
import { regenerateSession } from './regenerate-session.js';
import { type VerifyCoreDeps, verifyCoreSession } from './verify-core-session.js';

const CREATE = z.object({
  userId: text,
  userDataInJWT: jsonObject,
  userDataInDatabase: jsonObject,
  enableAntiCsrf: flag,
  useDynamicSigningKey: optionalFlag,
});
const REFRESH = z.object({
  refreshToken: text,
  antiCsrfToken: optionalText,
  enableAntiCsrf: flag,
  useDynamicSigningKey: optionalFlag,
});
const VERIFY = z.object({
  accessToken: text,
  antiCsrfToken: optionalText,
  doAntiCsrfCheck: flag,
  enableAntiCsrf: flag,
  checkDatabase: flag,
});
const VERIFY_2 = VERIFY.extend({ checkDatabase: flag.optional() });
const REGENERATE = z.object({ accessToken: text, userDataInJWT: optionalJsonObject });

export type SessionDeps = CreateSessionDeps & RefreshCoreDeps & VerifyCoreDeps;

/** Sessions and their tokens. */
export function sessionEndpoints(deps: SessionDeps): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/recipe/session',
      scope: 'tenant',
      input: CREATE,
      handle: async (call, input) => ({
        ...OK,
        ...(await createSession(deps, call, input)),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/session/refresh',
      scope: 'session',
      input: REFRESH,
      handle: async (call: Call, input) => {
        if (call.version >= 500 && input.useDynamicSigningKey === undefined) {
          refuseField('useDynamicSigningKey');
        }
        return refreshCoreSession(deps, call, input);
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/session/verify',
      scope: 'session',
      input: ({ version }) => (version >= SINCE_JWKS ? VERIFY : VERIFY_2),
      handle: async (call, input) => {
        const { app, version } = call;
        const checkDatabase =
          version >= SINCE_JWKS ? input.checkDatabase === true : app.config.legacyCheckDatabase;
        const answer = await verifyCoreSession(deps, call, { ...input, checkDatabase });
        const isOver = answer.status === 'UNAUTHORISED';
        return isOver ? answer : { ...answer, ...(await legacyKeys(deps.keys, app, version)) };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/handshake',
      scope: 'tenant',
      before: SINCE_JWKS,
      input: z.object({}),
      handle: async ({ app, version }) => ({
        ...OK,
        ...(await legacyKeys(deps.keys, app, version)),
        accessTokenBlacklistingEnabled: app.config.legacyCheckDatabase,
        accessTokenValidity: app.config.accessTokenMs,
        refreshTokenValidity: app.config.refreshTokenMs,
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/session/regenerate',
      scope: 'session',
      input: REGENERATE,
      handle: (call, input) => regenerateSession(deps, call, input),
    }),
  ];
}
