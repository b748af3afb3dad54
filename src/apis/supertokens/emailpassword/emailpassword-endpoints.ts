import { z } from 'zod';
import { findPassword, replaceHash, savePassword } from '../../../features/password/index.js';
import type { Randomness } from '../../../kernel/randomness.js';
import { assertFactor } from '../apps/first-factors.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalText, text } from '../protocol/fields.js';
import { sha256 } from '../session/core-refresh-token.js';
import {
  findLoginMethods,
  findMethodsOfUser,
  findOwnersByAccount,
} from '../users/login-method.store.js';
import { PASSWORD } from '../users/methods.js';
import { normalEmail } from '../users/normal-forms.js';
import { newOneTimeToken } from '../users/one-time-token.js';
import {
  deleteOneTimeTokens,
  insertOneTimeToken,
  takeOneTimeToken,
} from '../users/one-time-token.store.js';
import { findUserById, markActive } from '../users/user-ids.store.js';
import { userJson } from '../users/user-json.js';
import { type SignUpDeps, signUpWithPassword } from './sign-up-with-password.js';
import { updatePasswordUser } from './update-password-user.js';

const CREDENTIALS = z.object({ email: text, password: text });
const UPDATE = z.object({ recipeUserId: text, email: optionalText, password: optionalText });
const UPDATE_3 = z
  .object({ userId: text, email: optionalText, password: optionalText })
  .transform(({ userId, ...rest }) => ({ recipeUserId: userId, ...rest }));
const RESET_TOKEN = z.object({ userId: text, email: text });
const RESET_TOKEN_3 = z.object({ userId: text }).transform((input) => ({ ...input, email: null }));
const RESET = z.object({ method: text, token: text, newPassword: text });
const FIND = z.object({ userId: text.optional(), email: text.optional() });
const PURPOSE = 'password-reset';
const INVALID_TOKEN = { status: 'RESET_PASSWORD_INVALID_TOKEN_ERROR' };
const UNKNOWN_USER = { status: 'UNKNOWN_USER_ID_ERROR' };

/** Signing up and in with an address and a password, and resetting that. */
export function emailPasswordEndpoints(deps: SignUpDeps & { randomness: Randomness }): Endpoint[] {
  const { database, clock, randomness, passwords } = deps;

  async function signIn(call: Call, input: z.output<typeof CREDENTIALS>): Promise<object> {
    const { realm, tenant, version } = call;
    const email = normalEmail(input.email);
    const owner = await findPassword(database, realm, email, tenant.id);
    // Verified in any case: the time must not tell whether the address is known.
    const matches = await passwords.verify(realm, email, input.password, owner?.hash);
    if (!matches || owner === undefined) return { status: 'WRONG_CREDENTIALS_ERROR' };
    const stronger = await passwords.stronger(email, input.password, owner.hash);
    if (stronger) await replaceHash(database, realm, owner, stronger, clock.now());
    const methods = await findLoginMethods(database, realm, [owner.userId]);
    const own = methods.filter(({ id }) => id === owner.identityId);
    const shown = version >= 400 ? methods : own;
    await markActive(database, realm, String(methods[0]?.userId), clock.now());
    const recipeUserId = version >= 400 ? { recipeUserId: own[0]?.subject } : {};
    return { ...OK, user: userJson(shown, version), ...recipeUserId };
  }

  async function makeToken(
    { realm, tenant }: Call,
    input: { readonly userId: string; readonly email: string | null },
  ): Promise<object> {
    const user = await findUserById(database, realm, input.userId);
    if (user === undefined) return UNKNOWN_USER;
    const method = (await findLoginMethods(database, realm, [user.ownerId])).find(
      ({ id }) => id === user.id,
    );
    if (input.email === null && method?.method !== PASSWORD) return UNKNOWN_USER;
    const email = input.email ?? method?.email ?? '';
    const { token, hash } = newOneTimeToken(randomness);
    const expiresAt = new Date(clock.now().getTime() + tenant.config.passwordResetMs);
    const stored = { hash, tenantId: tenant.id, subject: user.subject, email, expiresAt };
    await insertOneTimeToken(database, realm, PURPOSE, stored);
    return { ...OK, token };
  }

  /** Spends it. Any token that is known spends all of that user's, an expired one too. */
  async function consume({ realm }: Call, token: string) {
    return database.transaction(async (sql) => {
      const found = await takeOneTimeToken(sql, realm, PURPOSE, { hash: sha256(token) });
      if (found === undefined) return undefined;
      await deleteOneTimeTokens(sql, realm, PURPOSE, { subject: found.subject });
      return found.expiresAt > clock.now() ? found : undefined;
    });
  }

  async function reset(call: Call, { token, newPassword, method }: z.output<typeof RESET>) {
    if (method !== 'token') refuse(400, 'Unsupported method for password reset');
    if (newPassword === '') refuse(400, 'Password cannot be an empty string');
    const hash = await passwords.hash(token, newPassword);
    const found = await consume(call, token);
    const user = found && (await findUserById(database, call.realm, found.subject));
    if (user?.method !== PASSWORD) return INVALID_TOKEN;
    await savePassword(database, call.realm, { identityId: user.id, hash, now: clock.now() });
    await passwords.forgive(call.realm, found?.email ?? '');
    return { ...OK, userId: user.subject };
  }

  async function find(call: Call, { userId, email }: z.output<typeof FIND>): Promise<object> {
    const { realm, tenant, version } = call;
    if ((userId === undefined) === (email === undefined)) {
      refuse(400, 'Please provide exactly one of userId or email');
    }
    const ofUser = userId === undefined ? [] : await findMethodsOfUser(database, realm, userId);
    const methods =
      email === undefined
        ? ofUser
        : await findLoginMethods(
            database,
            realm,
            await findOwnersByAccount(database, realm, tenant.id, { email: normalEmail(email) }),
          );
    const own = methods.find(({ method }) => method === PASSWORD);
    const unknown = email === undefined ? UNKNOWN_USER : { status: 'UNKNOWN_EMAIL_ERROR' };
    return own === undefined ? unknown : { ...OK, user: userJson([own], version) };
  }

  return [
    endpoint({
      method: 'POST',
      path: '/recipe/signup',
      scope: 'tenant',
      input: CREDENTIALS,
      handle: async (call, input) => {
        assertFactor(call, 'emailpassword');
        return signUpWithPassword(deps, call, input);
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/signin',
      scope: 'tenant',
      input: CREDENTIALS,
      handle: async (call, input) => {
        assertFactor(call, 'emailpassword');
        return signIn(call, input);
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user',
      scope: 'app',
      recipe: 'emailpassword',
      input: ({ version }) => (version >= 400 ? UPDATE : UPDATE_3),
      handle: (call, { recipeUserId: userId, email, password }) =>
        updatePasswordUser(deps, call, { userId, email, password }),
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user',
      scope: 'tenant',
      recipe: 'emailpassword',
      input: FIND,
      before: 400,
      handle: find,
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/password/reset/token',
      scope: 'tenant',
      input: ({ version }) => (version >= 400 ? RESET_TOKEN : RESET_TOKEN_3),
      handle: async (call, input) => {
        assertFactor(call, 'emailpassword');
        return makeToken(call, input);
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/password/reset/token/consume',
      scope: 'tenant',
      since: 400,
      input: z.object({ token: text }),
      handle: async (call, { token }) => {
        const found = await consume(call, token);
        return found ? { ...OK, userId: found.subject, email: found.email } : INVALID_TOKEN;
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/password/reset',
      scope: 'tenant',
      input: RESET,
      handle: reset,
    }),
  ];
}
