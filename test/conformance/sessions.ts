import { randomUUID } from 'node:crypto';
import { OK, only, someNumber, someText, type Trial, type World } from './world.js';

const PROTECTED = 'The user payload contains protected field';
const GONE = { status: 'UNAUTHORISED', message: 'Session does not exist.' };

/** The keys with which SDKs before 2.21 verify. */
function legacyKeys({ n }: World): object {
  if (n >= 221) return {};
  const key = { publicKey: someText, createdAt: someNumber, expiryTime: someNumber };
  return {
    jwtSigningPublicKey: someText,
    jwtSigningPublicKeyExpiryTime: someNumber,
    ...(n >= 209 ? { jwtSigningPublicKeyList: [key] } : {}),
  };
}

function sessionOf(world: World, made: { session: { handle: string; userId: string } }) {
  const { handle, userId } = made.session;
  const rest = { userDataInJWT: {}, ...world.tenantId() };
  return { handle, userId, ...world.ruid(userId), ...rest };
}

function tokens(world: World, { antiCsrf = false } = {}): object {
  const token = { token: someText, createdTime: someNumber, expiry: someNumber };
  return {
    accessToken: token,
    refreshToken: token,
    ...(antiCsrf ? { antiCsrfToken: someText } : {}),
    ...(world.n < 221 ? { idRefreshToken: token } : {}),
    ...legacyKeys(world),
  };
}

const refreshInput = (refreshToken: string) => ({
  refreshToken,
  enableAntiCsrf: false,
  useDynamicSigningKey: true,
});
const verifyInput = (accessToken: string, more: object = {}) => ({
  ...{ accessToken, doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: false },
  ...more,
});

export const SESSIONS: readonly Trial[] = [
  {
    method: 'POST',
    path: '/recipe/session',
    situations: {
      OK: (world) => {
        const userId = randomUUID();
        const data = { userDataInJWT: {}, userDataInDatabase: {} };
        const session = sessionOf(world, { session: { handle: someText, userId } });
        return {
          input: { userId, ...data, enableAntiCsrf: true },
          answer: { ...OK, session, ...tokens(world, { antiCsrf: true }) },
        };
      },
      'OK in a tenant': {
        since: 300,
        arrange: async (world) => {
          const [userId, tenantId] = ['', await world.tenant()];
          const data = { userDataInJWT: {}, userDataInDatabase: {}, enableAntiCsrf: false };
          const session = { handle: someText, userId, ...world.ruid(userId), tenantId };
          return {
            prefix: `/${tenantId}`,
            input: { userId, ...data },
            answer: { ...OK, session: { ...session, userDataInJWT: {} }, ...tokens(world) },
          };
        },
      },
      'a protected claim': {
        since: 300,
        arrange: () => ({
          input: {
            ...{ userId: 'x', userDataInJWT: { sub: 'x' }, userDataInDatabase: {} },
            enableAntiCsrf: false,
          },
          status: 400,
          answer: PROTECTED,
        }),
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/session/refresh',
    situations: {
      OK: async (world) => {
        const made = await world.session();
        const input = refreshInput(made.refreshToken.token);
        return { input, answer: { ...OK, session: sessionOf(world, made), ...tokens(world) } };
      },
      UNAUTHORISED: async (world) => {
        const { session, refreshToken } = await world.session();
        await world.post('/recipe/session/remove', { sessionHandles: [session.handle] });
        const message = 'Session missing in db or has expired';
        return {
          input: refreshInput(refreshToken.token),
          answer: { status: 'UNAUTHORISED', message },
        };
      },
      TOKEN_THEFT_DETECTED: async (world) => {
        const { session, refreshToken } = await world.session();
        const refresh = (token: string) =>
          world.post('/recipe/session/refresh', refreshInput(token));
        await refresh((await refresh(refreshToken.token)).refreshToken.token);
        const { handle, userId } = session;
        const stolen = { handle, userId, ...world.ruid(userId) };
        return {
          input: refreshInput(refreshToken.token),
          answer: { status: 'TOKEN_THEFT_DETECTED', session: stolen },
        };
      },
      'no kind of key': {
        since: 500,
        arrange: () => ({
          input: { refreshToken: 'x', enableAntiCsrf: false },
          status: 400,
          answer: "Field name 'useDynamicSigningKey' is invalid in JSON input",
        }),
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/session/verify',
    situations: {
      OK: async (world) => {
        const made = await world.session();
        const answer = { ...OK, session: sessionOf(world, made), ...legacyKeys(world) };
        return { input: verifyInput(made.accessToken.token), answer };
      },
      'OK, and a new token after a refresh': async (world) => {
        const made = await world.session();
        const input = refreshInput(made.refreshToken.token);
        const next = await world.post('/recipe/session/refresh', input, world.version);
        const accessToken = { token: someText, createdTime: someNumber, expiry: someNumber };
        const answer = { ...OK, session: sessionOf(world, made), accessToken };
        return {
          input: verifyInput(next.accessToken.token),
          answer: { ...answer, ...legacyKeys(world) },
        };
      },
      UNAUTHORISED: {
        since: 221,
        arrange: async (world) => {
          const { session, accessToken } = await world.session();
          await world.post('/recipe/session/remove', { sessionHandles: [session.handle] });
          const message = 'Either the session has ended or has been blacklisted';
          return {
            input: verifyInput(accessToken.token, { checkDatabase: true }),
            answer: { status: 'UNAUTHORISED', message },
          };
        },
      },
      TRY_REFRESH_TOKEN: async (world) => {
        const { accessToken } = await world.session();
        world.pass(3_601);
        return {
          input: verifyInput(accessToken.token),
          answer: {
            ...{ status: 'TRY_REFRESH_TOKEN', message: 'Access token expired' },
            ...legacyKeys(world),
          },
        };
      },
      'TRY_REFRESH_TOKEN without the anti-CSRF token': async (world) => {
        const { accessToken } = await world.session({ enableAntiCsrf: true });
        return {
          input: verifyInput(accessToken.token, { doAntiCsrfCheck: true, enableAntiCsrf: true }),
          answer: {
            ...{ status: 'TRY_REFRESH_TOKEN', message: 'anti-csrf check failed' },
            ...legacyKeys(world),
          },
        };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/session/regenerate',
    situations: {
      OK: async (world) => {
        const made = await world.session();
        const accessToken = { token: someText, createdTime: someNumber, expiry: someNumber };
        const session = { ...sessionOf(world, made), userDataInJWT: { a: 1 } };
        return {
          input: { accessToken: made.accessToken.token, userDataInJWT: { a: 1 } },
          answer: { ...OK, session, accessToken },
        };
      },
      UNAUTHORISED: async (world) => {
        const { session, accessToken } = await world.session();
        await world.post('/recipe/session/remove', { sessionHandles: [session.handle] });
        return { input: { accessToken: accessToken.token }, answer: GONE };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/session/remove',
    situations: {
      OK: async (world) => {
        const { handle } = (await world.session()).session;
        return {
          input: { sessionHandles: [handle, randomUUID()] },
          answer: { ...OK, sessionHandlesRevoked: [handle] },
        };
      },
      'OK for a user': async (world) => {
        const { handle, userId } = (await world.session()).session;
        return { input: { userId }, answer: { ...OK, sessionHandlesRevoked: [handle] } };
      },
      'neither handles nor a user': () => ({
        input: {},
        status: 400,
        answer: "Invalid JSON input - use one of 'userId' or 'sessionHandles' array",
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/session',
    situations: {
      OK: async (world) => {
        const { handle, userId } = (await world.session()).session;
        const data = { userDataInDatabase: {}, userDataInJWT: {}, ...world.tenantId() };
        const times = { expiry: world.now + 144_000 * 60_000, timeCreated: world.now };
        const about = { sessionHandle: handle, userId, ...world.ruid(userId), ...data };
        return { input: { sessionHandle: handle }, answer: { ...OK, ...about, ...times } };
      },
      UNAUTHORISED: () => ({ input: { sessionHandle: randomUUID() }, answer: GONE }),
    },
  },
  ...[
    { path: '/recipe/session/data', field: 'userDataInDatabase' },
    { path: '/recipe/jwt/data', field: 'userDataInJWT' },
  ].map(
    ({ path, field }): Trial => ({
      method: 'PUT',
      path,
      situations: {
        'OK for one that is there': async (world) => {
          const { handle } = (await world.session()).session;
          return { input: { sessionHandle: handle, [field]: { a: null } }, answer: OK };
        },
        'UNAUTHORISED for none': () => ({
          input: { sessionHandle: randomUUID(), [field]: {} },
          answer: GONE,
        }),
      },
    }),
  ),
  {
    method: 'GET',
    path: '/recipe/session/user',
    situations: {
      OK: async (world) => {
        const { handle, userId } = (await world.session()).session;
        return { input: { userId }, answer: { ...OK, sessionHandles: [handle] } };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/handshake',
    situations: {
      OK: {
        until: 220,
        arrange: (world) => ({
          input: {},
          answer: {
            ...OK,
            ...legacyKeys(world),
            accessTokenBlacklistingEnabled: false,
            accessTokenValidity: 3_600_000,
            refreshTokenValidity: 144_000 * 60_000,
          },
        }),
      },
      'not any more': {
        since: 221,
        arrange: () => ({ input: {}, status: 404, answer: 'Not found' }),
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/jwt',
    situations: {
      OK: () => ({ input: jwtInput(), answer: { ...OK, jwt: someText } }),
      UNSUPPORTED_ALGORITHM_ERROR: () => ({
        input: jwtInput({ algorithm: 'HS256' }),
        answer: only('UNSUPPORTED_ALGORITHM_ERROR'),
      }),
      'no validity': () => ({
        input: jwtInput({ validity: 0 }),
        status: 400,
        answer: 'validity must be greater than or equal to 0',
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/jwt/jwks',
    situations: {
      OK: () => {
        const key = { kty: 'RSA', kid: someText, n: someText, e: 'AQAB', alg: 'RS256', use: 'sig' };
        return { answer: { ...OK, keys: [key, key] } };
      },
    },
  },
];

function jwtInput(more: object = {}): object {
  return { algorithm: 'RS256', payload: {}, jwksDomain: 'http://x', validity: 60, ...more };
}
