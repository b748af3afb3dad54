import { randomUUID } from 'node:crypto';
import { GOOD_PASSWORD } from '../harness/graphql-client.js';
import { OK, only, someList, someNumber, someText, type Trial, type World } from './world.js';

const UNKNOWN_USER = only('UNKNOWN_USER_ID_ERROR');
const INVALID_RESET = only('RESET_PASSWORD_INVALID_TOKEN_ERROR');

async function resetToken(world: World) {
  const { id: userId, email } = await world.user();
  const { token } = await world.post('/recipe/user/password/reset/token', { userId, email });
  return { userId, email, token };
}

/** A primary user, and another one who is linked to it. */
async function linkedUser(world: World) {
  const [primary, other] = [await world.primaryUser(), await world.user()];
  const link = { recipeUserId: other.id, primaryUserId: primary.id };
  await world.post('/recipe/accountlinking/user/link', link);
  return other;
}

export const PASSWORDS: readonly Trial[] = [
  {
    method: 'POST',
    path: '/recipe/signup',
    situations: {
      OK: (world) => {
        const email = world.email();
        const user = world.json({ id: someText, email, joinedAt: world.now });
        return {
          input: { email: ` ${email.toUpperCase()}`, password: 'x' },
          answer: { ...OK, user, ...world.ruid(someText) },
        };
      },
      EMAIL_ALREADY_EXISTS_ERROR: async (world) => ({
        input: { email: (await world.user()).email, password: 'x' },
        answer: only('EMAIL_ALREADY_EXISTS_ERROR'),
      }),
      'an empty password': () => ({
        input: { email: 'a@b.c', password: '' },
        status: 400,
        answer: 'Password cannot be an empty string',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/signin',
    situations: {
      OK: async (world) => {
        const user = await world.user();
        const input = { email: user.email, password: GOOD_PASSWORD };
        return { input, answer: { ...OK, user: world.json(user), ...world.ruid(user.id) } };
      },
      WRONG_CREDENTIALS_ERROR: async (world) => ({
        input: { email: (await world.user()).email, password: 'x' },
        answer: only('WRONG_CREDENTIALS_ERROR'),
      }),
    },
  },
  {
    method: 'PUT',
    path: '/recipe/user',
    rid: 'emailpassword',
    situations: {
      OK: async (world) => {
        const input = world.recipeUser((await world.user()).id);
        return { input: { ...input, email: world.email(), password: 'new' }, answer: OK };
      },
      UNKNOWN_USER_ID_ERROR: (world) => ({
        input: { ...world.recipeUser('nobody'), password: 'x' },
        answer: UNKNOWN_USER,
      }),
      EMAIL_ALREADY_EXISTS_ERROR: async (world) => {
        const [one, two] = [await world.user(), await world.user()];
        const input = { ...world.recipeUser(one.id), email: two.email };
        return { input, answer: only('EMAIL_ALREADY_EXISTS_ERROR') };
      },
      EMAIL_CHANGE_NOT_ALLOWED_ERROR: async (world) => {
        const [one, two] = [await linkedUser(world), await world.primaryUser()];
        const reason = 'New email is associated with another primary user ID';
        return {
          input: { ...world.recipeUser(one.id), email: two.email },
          answer: { status: 'EMAIL_CHANGE_NOT_ALLOWED_ERROR', reason },
        };
      },
      'nothing to change': async (world) => ({
        input: world.recipeUser((await world.user()).id),
        status: 400,
        answer: 'You have to provide either email or password.',
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/password/reset/token',
    situations: {
      OK: async (world) => {
        const { id: userId, email } = await world.user();
        return { input: { userId, email }, answer: { ...OK, token: someText } };
      },
      UNKNOWN_USER_ID_ERROR: (world) => ({
        input: { userId: 'nobody', email: world.email() },
        answer: UNKNOWN_USER,
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/password/reset/token/consume',
    situations: {
      OK: {
        since: 400,
        arrange: async (world) => {
          const { token, ...of } = await resetToken(world);
          return { input: { token }, answer: { ...OK, ...of } };
        },
      },
      RESET_PASSWORD_INVALID_TOKEN_ERROR: {
        since: 400,
        arrange: async (world) => {
          const { token } = await resetToken(world);
          world.pass(3_601);
          return { input: { token }, answer: INVALID_RESET };
        },
      },
      'not yet': {
        until: 399,
        arrange: () => ({ input: { token: 'x' }, status: 404, answer: 'Not found' }),
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/password/reset',
    situations: {
      OK: async (world) => {
        const { token, userId } = await resetToken(world);
        const input = { method: 'token', token, newPassword: 'new' };
        return { input, answer: { ...OK, userId } };
      },
      RESET_PASSWORD_INVALID_TOKEN_ERROR: () => ({
        input: { method: 'token', token: 'x', newPassword: 'new' },
        answer: INVALID_RESET,
      }),
      'another method': () => ({
        input: { method: 'x', token: 'x', newPassword: 'new' },
        status: 400,
        answer: 'Unsupported method for password reset',
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/user',
    rid: 'emailpassword',
    situations: {
      OK: {
        until: 399,
        arrange: async (world) => {
          const user = await world.user();
          return { input: { userId: user.id }, answer: { ...OK, user: world.json(user) } };
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
      'not any more': {
        since: 400,
        arrange: () => ({ input: { userId: 'x' }, status: 404, answer: 'Not found' }),
      },
    },
  },

  {
    method: 'POST',
    path: '/recipe/user/email/verify/token',
    situations: {
      OK: (world) => ({
        input: { userId: 'any', email: world.email() },
        answer: { ...OK, token: someText },
      }),
      EMAIL_ALREADY_VERIFIED_ERROR: async (world) => ({
        input: await verified(world),
        answer: only('EMAIL_ALREADY_VERIFIED_ERROR'),
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/email/verify',
    situations: {
      OK: async (world) => {
        const of = { userId: 'any', email: world.email() };
        const { token } = await world.post('/recipe/user/email/verify/token', of);
        return { input: { method: 'token', token }, answer: { ...OK, ...of } };
      },
      EMAIL_VERIFICATION_INVALID_TOKEN_ERROR: () => ({
        input: { method: 'token', token: 'x' },
        answer: only('EMAIL_VERIFICATION_INVALID_TOKEN_ERROR'),
      }),
      'another method': () => ({
        input: { method: 'x', token: 'x' },
        status: 400,
        answer: 'Unsupported method for email verification',
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/user/email/verify',
    situations: {
      OK: async (world) => ({
        input: await verified(world),
        answer: { ...OK, isVerified: true },
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/email/verify/remove',
    situations: { OK: async (world) => ({ input: await verified(world), answer: OK }) },
  },
  {
    method: 'POST',
    path: '/recipe/user/email/verify/token/remove',
    situations: {
      OK: (world) => ({ input: { userId: 'any', email: world.email() }, answer: OK }),
    },
  },

  {
    method: 'POST',
    path: '/recipe/dashboard/signin',
    situations: {
      OK: async (world) => {
        const { email, password } = await dashboardUser(world);
        return { input: { email, password }, answer: { ...OK, sessionId: someText } };
      },
      INVALID_CREDENTIALS_ERROR: (world) => ({
        input: { email: world.email(), password: 'x' },
        answer: only('INVALID_CREDENTIALS_ERROR'),
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/dashboard/session/verify',
    situations: {
      OK: async (world) => {
        const { email, password } = await dashboardUser(world);
        const { sessionId } = await world.post('/recipe/dashboard/signin', { email, password });
        return { input: { sessionId }, answer: { ...OK, ...(world.n >= 300 ? { email } : {}) } };
      },
      INVALID_SESSION_ERROR: () => ({
        input: { sessionId: 'x' },
        answer: only('INVALID_SESSION_ERROR'),
      }),
    },
  },
  {
    method: 'DELETE',
    path: '/recipe/dashboard/session',
    situations: { OK: () => ({ input: { sessionId: 'x' }, answer: OK }) },
  },
  {
    method: 'POST',
    path: '/recipe/dashboard/user',
    situations: {
      OK: (world) => {
        const email = world.email();
        const user = { email, userId: someText, timeJoined: world.now };
        return { input: { email, password: 'password-1' }, answer: { ...OK, user } };
      },
      EMAIL_ALREADY_EXISTS_ERROR: async (world) => {
        const { email, password } = await dashboardUser(world);
        return { input: { email, password }, answer: only('EMAIL_ALREADY_EXISTS_ERROR') };
      },
      INVALID_EMAIL_ERROR: () => ({
        input: { email: 'x', password: 'password-1' },
        answer: only('INVALID_EMAIL_ERROR'),
      }),
      PASSWORD_WEAK_ERROR: (world) => ({
        input: { email: world.email(), password: 'password' },
        answer: {
          status: 'PASSWORD_WEAK_ERROR',
          message: 'Password must contain at least one number',
        },
      }),
    },
  },
  {
    method: 'PUT',
    path: '/recipe/dashboard/user',
    situations: {
      OK: async (world) => {
        const [{ email, userId }, newEmail] = [await dashboardUser(world), world.email()];
        const user = { email: newEmail, userId, timeJoined: someNumber };
        return { input: { email, newEmail }, answer: { ...OK, user } };
      },
      UNKNOWN_USER_ERROR: (world) => ({
        input: { email: world.email(), newPassword: 'password-1' },
        answer: only('UNKNOWN_USER_ERROR'),
      }),
      EMAIL_ALREADY_EXISTS_ERROR: async (world) => {
        const [one, two] = [await dashboardUser(world), await dashboardUser(world)];
        return {
          input: { userId: one.userId, newEmail: two.email },
          answer: only('EMAIL_ALREADY_EXISTS_ERROR'),
        };
      },
      INVALID_EMAIL_ERROR: async (world) => ({
        input: { userId: (await dashboardUser(world)).userId, newEmail: 'x' },
        answer: only('INVALID_EMAIL_ERROR'),
      }),
      PASSWORD_WEAK_ERROR: async (world) => ({
        input: { userId: (await dashboardUser(world)).userId, newPassword: '12345678' },
        answer: {
          status: 'PASSWORD_WEAK_ERROR',
          message: 'Password must contain at least one alphabet',
        },
      }),
    },
  },
  {
    method: 'DELETE',
    path: '/recipe/dashboard/user',
    situations: {
      OK: async (world) => ({
        input: { userId: (await dashboardUser(world)).userId },
        answer: { ...OK, didUserExist: true },
      }),
      'OK for nobody': () => ({
        input: { userId: randomUUID() },
        answer: { ...OK, didUserExist: false },
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/dashboard/users',
    situations: {
      OK: async (world) => {
        await dashboardUser(world);
        return { answer: { ...OK, users: someList } };
      },
    },
  },
];

async function verified(world: World) {
  const of = { userId: randomUUID(), email: world.email() };
  const { token } = await world.post('/recipe/user/email/verify/token', of);
  await world.post('/recipe/user/email/verify', { method: 'token', token });
  return of;
}

async function dashboardUser(world: World) {
  const [email, password] = [world.email(), 'password-1'];
  const { user } = await world.post('/recipe/dashboard/user', { email, password });
  return { email, password, userId: user.userId as string };
}
