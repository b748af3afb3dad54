import { randomUUID } from 'node:crypto';
import { fromBase32, totpOf } from '../../src/apis/supertokens/totp/totp.policy.js';
import { OK, only, type Situation, someNumber, someText, type Trial, type World } from './world.js';

const UNKNOWN_USER = only('UNKNOWN_USER_ID_ERROR');
const CODE = {
  ...{ preAuthSessionId: someText, codeId: someText, deviceId: someText },
  ...{ userInputCode: someText, linkCode: someText, timeCreated: someNumber },
  codeLifetime: 900_000,
};
const NO_DEVICE = Buffer.alloc(32).toString('base64');

async function newCode(world: World, more: object = {}) {
  const email = world.email();
  return { email, ...(await world.post('/recipe/signinup/code', { email, ...more })) };
}

function consumeInput(code: { preAuthSessionId: string; deviceId: string }, userInputCode = 'x') {
  const { preAuthSessionId, deviceId } = code;
  return { preAuthSessionId, deviceId, userInputCode };
}

/** What consuming and checking a code refuse alike. */
const REFUSALS: Readonly<Record<string, Situation['arrange']>> = {
  RESTART_FLOW_ERROR: () => ({
    input: { preAuthSessionId: 'x', linkCode: 'eA' },
    answer: only('RESTART_FLOW_ERROR'),
  }),
  INCORRECT_USER_INPUT_CODE_ERROR: async (world) => ({
    input: consumeInput(await newCode(world)),
    answer: {
      ...{ status: 'INCORRECT_USER_INPUT_CODE_ERROR', failedCodeInputAttemptCount: 1 },
      maximumCodeInputAttempts: 5,
    },
  }),
  EXPIRED_USER_INPUT_CODE_ERROR: async (world) => {
    const code = await newCode(world);
    world.pass(901);
    return {
      input: consumeInput(code, code.userInputCode),
      answer: {
        ...{ status: 'EXPIRED_USER_INPUT_CODE_ERROR', failedCodeInputAttemptCount: 1 },
        maximumCodeInputAttempts: 5,
      },
    };
  },
  'a device of another code': async (world) => ({
    input: { ...consumeInput(await newCode(world)), preAuthSessionId: 'x' },
    status: 400,
    answer: "preAuthSessionId and deviceId doesn't match",
  }),
};

async function passwordless(world: World, how: 'email' | 'phone') {
  const account = how === 'email' ? { email: world.email() } : { phoneNumber: world.phone() };
  const { preAuthSessionId, linkCode } = await world.post('/recipe/signinup/code', account);
  const code = { preAuthSessionId, linkCode };
  const { user } = await world.post('/recipe/signinup/code/consume', code);
  return { id: user.id as string, joinedAt: user.timeJoined as number, ...account };
}

const PHONE_USER = { recipeId: 'passwordless' };

export const CODES: readonly Trial[] = [
  {
    method: 'POST',
    path: '/recipe/signinup',
    situations: {
      OK: (world) => {
        const [email, userId] = [world.email(), randomUUID()];
        const thirdParty = { id: 'github', userId };
        const verified = world.n >= 400;
        const made = { id: someText, email, joinedAt: world.now };
        const user = world.json(made, { recipeId: 'thirdparty', thirdParty, verified });
        return {
          input: {
            ...{ thirdPartyId: 'github', thirdPartyUserId: userId },
            email: { id: email, isVerified: true },
          },
          answer: { ...OK, createdNewUser: true, user, ...world.ruid(someText) },
        };
      },
      EMAIL_CHANGE_NOT_ALLOWED_ERROR: async (world) => {
        const [own, other] = [await world.thirdPartyUser(), await world.primaryUser()];
        await world.post('/recipe/accountlinking/user/primary', { recipeUserId: own.id });
        return {
          input: {
            ...{ thirdPartyId: 'github', thirdPartyUserId: own.providerId },
            email: { id: other.email, isVerified: false },
          },
          answer: {
            status: 'EMAIL_CHANGE_NOT_ALLOWED_ERROR',
            reason: 'Email already associated with another primary user.',
          },
        };
      },
    },
  },
  {
    method: 'GET',
    path: '/recipe/users/by-email',
    situations: {
      OK: {
        until: 399,
        arrange: async (world) => {
          const user = await world.thirdPartyUser();
          const thirdParty = { id: 'github', userId: user.providerId };
          return {
            input: { email: user.email },
            answer: { ...OK, users: [world.json(user, { thirdParty })] },
          };
        },
      },
      'not any more': {
        since: 400,
        arrange: () => ({ input: { email: 'x' }, status: 404, answer: 'Not found' }),
      },
    },
  },
  {
    method: 'GET',
    path: '/recipe/user',
    rid: 'thirdparty',
    situations: {
      OK: {
        until: 399,
        arrange: async (world) => {
          const user = await world.thirdPartyUser();
          const thirdParty = { id: 'github', userId: user.providerId };
          return {
            input: { userId: user.id },
            answer: { ...OK, user: world.json(user, { thirdParty }) },
          };
        },
      },
      UNKNOWN_USER_ID_ERROR: {
        until: 399,
        arrange: async (world) => ({
          input: { userId: (await world.user()).id },
          answer: UNKNOWN_USER,
        }),
      },
      UNKNOWN_THIRD_PARTY_USER_ERROR: {
        until: 399,
        arrange: () => ({
          input: { thirdPartyId: 'github', thirdPartyUserId: 'nobody' },
          answer: only('UNKNOWN_THIRD_PARTY_USER_ERROR'),
        }),
      },
    },
  },
  {
    method: 'GET',
    path: '/recipe/user',
    rid: 'passwordless',
    situations: {
      OK: {
        until: 399,
        arrange: async (world) => {
          const user = await passwordless(world, 'email');
          const shown = world.json({ ...user, email: user.email ?? '' });
          return { input: { email: user.email }, answer: { ...OK, user: shown } };
        },
      },
      UNKNOWN_USER_ID_ERROR: {
        until: 399,
        arrange: () => ({ input: { userId: 'nobody' }, answer: UNKNOWN_USER }),
      },
      UNKNOWN_EMAIL_ERROR: {
        until: 399,
        arrange: (world) => ({
          input: { email: world.email() },
          answer: only('UNKNOWN_EMAIL_ERROR'),
        }),
      },
      UNKNOWN_PHONE_NUMBER_ERROR: {
        until: 399,
        arrange: (world) => ({
          input: { phoneNumber: world.phone() },
          answer: only('UNKNOWN_PHONE_NUMBER_ERROR'),
        }),
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/signinup/code',
    situations: {
      OK: (world) => ({ input: { email: world.email() }, answer: { ...OK, ...CODE } }),
      'OK for a device': async (world) => ({
        input: { deviceId: (await newCode(world)).deviceId },
        answer: { ...OK, ...CODE },
      }),
      RESTART_FLOW_ERROR: () => ({
        input: { deviceId: NO_DEVICE },
        answer: only('RESTART_FLOW_ERROR'),
      }),
      USER_INPUT_CODE_ALREADY_USED_ERROR: async (world) => {
        const { deviceId, userInputCode } = await newCode(world);
        return {
          input: { deviceId, userInputCode },
          answer: only('USER_INPUT_CODE_ALREADY_USED_ERROR'),
        };
      },
      'no base64': () => ({
        input: { deviceId: '*' },
        status: 400,
        answer: 'Input encoding error in deviceId',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/signinup/code/consume',
    situations: {
      OK: async (world) => {
        const code = await newCode(world);
        const { email, preAuthSessionId } = code;
        const made = { id: someText, email, joinedAt: world.now };
        const consumed = { preAuthSessionId, failedCodeInputAttemptCount: 0, email };
        return {
          input: consumeInput(code, code.userInputCode),
          answer: {
            ...{ ...OK, createdNewUser: true },
            user: world.json(made, { recipeId: 'passwordless', verified: true }),
            ...world.ruid(someText),
            ...(world.n >= 500 ? { consumedDevice: consumed } : {}),
          },
        };
      },
      'OK with a number': async (world) => {
        const phoneNumber = world.phone();
        const code = await world.post('/recipe/signinup/code', { phoneNumber });
        const { preAuthSessionId, linkCode } = code;
        const made = { id: someText, email: '', joinedAt: world.now };
        const consumed = { preAuthSessionId, failedCodeInputAttemptCount: 0, phoneNumber };
        return {
          input: { preAuthSessionId, linkCode },
          answer: {
            ...{ ...OK, createdNewUser: true },
            user: world.json(made, { ...PHONE_USER, phoneNumber, verified: true }),
            ...world.ruid(someText),
            ...(world.n >= 500 ? { consumedDevice: consumed } : {}),
          },
        };
      },
      ...REFUSALS,
    },
  },
  {
    method: 'POST',
    path: '/recipe/signinup/code/check',
    situations: {
      OK: {
        since: 500,
        arrange: async (world) => {
          const code = await newCode(world);
          const { email, preAuthSessionId } = code;
          const consumedDevice = { preAuthSessionId, failedCodeInputAttemptCount: 0, email };
          return {
            input: consumeInput(code, code.userInputCode),
            answer: { ...OK, consumedDevice },
          };
        },
      },
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([name, arrange]) => [name, { since: 500, arrange }]),
      ),
    },
  },
  {
    method: 'GET',
    path: '/recipe/signinup/codes',
    situations: {
      OK: async (world) => {
        const { email, preAuthSessionId, codeId, timeCreated } = await newCode(world);
        const codes = [{ codeId, timeCreated, codeLifetime: 900_000 }];
        const device = { preAuthSessionId, failedCodeInputAttemptCount: 0, email, codes };
        return { input: { email }, answer: { ...OK, devices: [device] } };
      },
      'nobody to ask about': () => ({
        input: {},
        status: 400,
        answer: 'Please provide exactly one of email, phoneNumber, deviceId or preAuthSessionId',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/signinup/code/remove',
    situations: {
      OK: async (world) => ({ input: { codeId: (await newCode(world)).codeId }, answer: OK }),
      'nothing to remove': () => ({
        input: {},
        status: 400,
        answer: 'Please provide exactly one of codeId or preAuthSessionId',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/signinup/codes/remove',
    situations: {
      OK: async (world) => ({ input: { email: (await newCode(world)).email }, answer: OK }),
    },
  },
  {
    method: 'PUT',
    path: '/recipe/user',
    rid: 'passwordless',
    situations: {
      OK: async (world) => ({
        input: {
          ...world.recipeUser((await passwordless(world, 'email')).id),
          phoneNumber: world.phone(),
        },
        answer: OK,
      }),
      UNKNOWN_USER_ID_ERROR: (world) => ({
        input: { ...world.recipeUser('nobody'), email: world.email() },
        answer: UNKNOWN_USER,
      }),
      EMAIL_ALREADY_EXISTS_ERROR: async (world) => {
        const [one, two] = [await passwordless(world, 'email'), await passwordless(world, 'email')];
        return {
          input: { ...world.recipeUser(one.id), email: two.email },
          answer: only('EMAIL_ALREADY_EXISTS_ERROR'),
        };
      },
      PHONE_NUMBER_ALREADY_EXISTS_ERROR: async (world) => {
        const [one, two] = [await passwordless(world, 'email'), await passwordless(world, 'phone')];
        return {
          input: { ...world.recipeUser(one.id), phoneNumber: two.phoneNumber },
          answer: only('PHONE_NUMBER_ALREADY_EXISTS_ERROR'),
        };
      },
      EMAIL_CHANGE_NOT_ALLOWED_ERROR: async (world) => {
        const [one, other] = [await passwordless(world, 'email'), await world.primaryUser()];
        await world.post('/recipe/accountlinking/user/primary', { recipeUserId: one.id });
        const reason = 'New email is associated with another primary user ID';
        return {
          input: { ...world.recipeUser(one.id), email: other.email },
          answer: { status: 'EMAIL_CHANGE_NOT_ALLOWED_ERROR', reason },
        };
      },
      PHONE_NUMBER_CHANGE_NOT_ALLOWED_ERROR: async (world) => {
        const [one, other] = [
          await passwordless(world, 'email'),
          await passwordless(world, 'phone'),
        ];
        for (const { id: recipeUserId } of [one, other]) {
          await world.post('/recipe/accountlinking/user/primary', { recipeUserId });
        }
        const reason = 'New phone number is associated with another primary user ID';
        return {
          input: { ...world.recipeUser(one.id), phoneNumber: other.phoneNumber },
          answer: { status: 'PHONE_NUMBER_CHANGE_NOT_ALLOWED_ERROR', reason },
        };
      },
      'both cleared': async (world) => ({
        input: { ...world.recipeUser((await passwordless(world, 'email')).id), email: null },
        status: 400,
        answer: 'You cannot clear both email and phone number of a user',
      }),
    },
  },
];

async function totpDevice(world: World) {
  const userId = randomUUID();
  const device = { userId, deviceName: 'phone', skew: 0, period: 30 };
  const { secret } = await world.post('/recipe/totp/device', device);
  const counter = Math.floor(world.now / 30_000);
  const totp = totpOf(fromBase32(secret) ?? Buffer.alloc(0), counter);
  return { userId, deviceName: 'phone', totp, wrong: totp === '000000' ? '000001' : '000000' };
}

async function verifiedDevice(world: World) {
  const { userId, deviceName, totp, wrong } = await totpDevice(world);
  await world.post('/recipe/totp/device/verify', { userId, deviceName, totp });
  return { userId, deviceName, totp, wrong };
}

const counts = (count: number) => ({
  currentNumberOfFailedAttempts: count,
  maxNumberOfFailedAttempts: 5,
});

async function lockedOut(world: World, path: string, input: object) {
  for (let count = 0; count < 5; count += 1) await world.post(path, input);
  return { status: 'LIMIT_REACHED_ERROR', retryAfterMs: 900_000, ...counts(5) };
}

export const TOTP: readonly Trial[] = [
  {
    method: 'POST',
    path: '/recipe/totp/device',
    situations: {
      OK: () => ({
        input: { userId: randomUUID(), skew: 1, period: 30 },
        answer: { ...OK, deviceName: 'TOTP Device 0', secret: someText },
      }),
      DEVICE_ALREADY_EXISTS_ERROR: async (world) => {
        const { userId, deviceName } = await verifiedDevice(world);
        return {
          input: { userId, deviceName, skew: 1, period: 30 },
          answer: only('DEVICE_ALREADY_EXISTS_ERROR'),
        };
      },
      'a negative skew': () => ({
        input: { userId: 'x', skew: -1, period: 30 },
        status: 400,
        answer: 'skew must be >= 0',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/totp/device/import',
    situations: {
      OK: () => ({
        input: {
          userId: randomUUID(),
          deviceName: 'a',
          skew: 1,
          period: 30,
          secretKey: 'GEZDGNBV',
        },
        answer: { ...OK, deviceName: 'a' },
      }),
      DEVICE_ALREADY_EXISTS_ERROR: async (world) => {
        const { userId, deviceName } = await verifiedDevice(world);
        return {
          input: { userId, deviceName, skew: 1, period: 30, secretKey: 'GEZDGNBV' },
          answer: only('DEVICE_ALREADY_EXISTS_ERROR'),
        };
      },
    },
  },
  {
    method: 'PUT',
    path: '/recipe/totp/device',
    situations: {
      OK: async (world) => {
        const { userId, deviceName: existingDeviceName } = await totpDevice(world);
        return { input: { userId, existingDeviceName, newDeviceName: 'b' }, answer: OK };
      },
      UNKNOWN_DEVICE_ERROR: () => ({
        input: { userId: 'x', existingDeviceName: 'a', newDeviceName: 'b' },
        answer: only('UNKNOWN_DEVICE_ERROR'),
      }),
      DEVICE_ALREADY_EXISTS_ERROR: async (world) => {
        const { userId } = await verifiedDevice(world);
        const second = { userId, deviceName: 'b', skew: 1, period: 30 };
        await world.post('/recipe/totp/device', second);
        return {
          input: { userId, existingDeviceName: 'b', newDeviceName: 'phone' },
          answer: only('DEVICE_ALREADY_EXISTS_ERROR'),
        };
      },
    },
  },
  {
    method: 'GET',
    path: '/recipe/totp/device/list',
    situations: {
      OK: async (world) => {
        const { userId, deviceName: name } = await verifiedDevice(world);
        const device = { name, period: 30, skew: 0, verified: true };
        return { input: { userId }, answer: { ...OK, devices: [device] } };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/totp/device/remove',
    situations: {
      OK: async (world) => {
        const { userId, deviceName } = await totpDevice(world);
        return { input: { userId, deviceName }, answer: { ...OK, didDeviceExist: true } };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/totp/device/verify',
    situations: {
      OK: async (world) => {
        const { userId, deviceName, totp } = await totpDevice(world);
        const input = { userId, deviceName, totp };
        return { input, answer: { ...OK, wasAlreadyVerified: false } };
      },
      UNKNOWN_DEVICE_ERROR: () => ({
        input: { userId: 'x', deviceName: 'y', totp: '1' },
        answer: only('UNKNOWN_DEVICE_ERROR'),
      }),
      INVALID_TOTP_ERROR: async (world) => {
        const { userId, deviceName, wrong: totp } = await totpDevice(world);
        const answer = { status: 'INVALID_TOTP_ERROR', ...counts(1) };
        return { input: { userId, deviceName, totp }, answer };
      },
      LIMIT_REACHED_ERROR: async (world) => {
        const { userId, deviceName, wrong: totp } = await totpDevice(world);
        const input = { userId, deviceName, totp };
        return { input, answer: await lockedOut(world, '/recipe/totp/device/verify', input) };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/totp/verify',
    situations: {
      OK: async (world) => {
        const { userId } = await verifiedDevice(world);
        const secretKey = 'GEZDGNBVGY3TQOJQ';
        const second = { userId, deviceName: 'second', skew: 0, period: 30, secretKey };
        await world.post('/recipe/totp/device/import', second);
        const counter = Math.floor(world.now / 30_000);
        const totp = totpOf(fromBase32(secretKey) ?? Buffer.alloc(0), counter);
        return { input: { userId, totp }, answer: OK };
      },
      UNKNOWN_USER_ID_ERROR: () => ({
        input: { userId: 'nobody', totp: '1' },
        answer: UNKNOWN_USER,
      }),
      INVALID_TOTP_ERROR: async (world) => {
        const { userId, totp } = await verifiedDevice(world); // which used it
        const answer = { status: 'INVALID_TOTP_ERROR', ...counts(1) };
        return { input: { userId, totp }, answer };
      },
      LIMIT_REACHED_ERROR: async (world) => {
        const { userId, wrong: totp } = await verifiedDevice(world);
        const input = { userId, totp };
        return { input, answer: await lockedOut(world, '/recipe/totp/verify', input) };
      },
    },
  },
];
