import { z } from 'zod';
import { USER_CREATED } from '../../../features/users/index.js';
import type { Clock } from '../../../kernel/clock.js';
import type { NewId } from '../../../kernel/ids.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { lockLinking } from '../account-linking/linking.store.js';
import { conflictOf } from '../account-linking/linking-checks.js';
import { assertFactor } from '../apps/first-factors.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalFlag, text } from '../protocol/fields.js';
import {
  findLoginMethods,
  findMethodsOfUser,
  findOwnersByAccount,
  type LoginMethod,
} from '../users/login-method.store.js';
import { methodOfProvider, recipeOf } from '../users/methods.js';
import { normalEmail } from '../users/normal-forms.js';
import {
  changeIdentifier,
  followFirstMethod,
  insertRecipeUser,
} from '../users/recipe-user.store.js';
import { groupByUser } from '../users/user-endpoints.js';
import { markActive } from '../users/user-ids.store.js';
import { userJson } from '../users/user-json.js';
import { markVerified } from '../users/verified-email.store.js';

export interface ThirdPartyDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
}

const SIGN_IN = z.object({
  thirdPartyId: text,
  thirdPartyUserId: text,
  email: z.object({ id: text, isVerified: z.boolean() }),
});
const SIGN_IN_3 = SIGN_IN.extend({
  email: z
    .object({ id: text, isVerified: optionalFlag })
    .transform(({ id }) => ({ id, isVerified: false })),
});
const FIND = z.object({
  userId: text.optional(),
  thirdPartyId: text.optional(),
  thirdPartyUserId: text.optional(),
});
type SignIn = z.output<typeof SIGN_IN>;

/** Signing in by way of a provider, whom the SDK has asked. */
export function thirdPartyEndpoints(deps: ThirdPartyDeps): Endpoint[] {
  const { database, clock, newId, events } = deps;

  async function methodOf(sql: SqlExecutor, { realm, tenant }: Call, input: SignIn) {
    const method = methodOfProvider(input.thirdPartyId);
    const provider = { method, userId: input.thirdPartyUserId };
    const owners = await findOwnersByAccount(sql, realm, tenant.id, { provider });
    const all = await findLoginMethods(sql, realm, owners);
    const isIt = (each: LoginMethod) =>
      each.method === method && each.identifier === provider.userId;
    return all.find(isIt);
  }

  async function signInUp(call: Call, input: SignIn): Promise<object> {
    const { realm, tenant, version, caller } = call;
    const email = normalEmail(input.email.id);
    const now = clock.now();
    return database.transaction(async (sql) => {
      await lockLinking(sql, realm);
      const found = await methodOf(sql, call, input);
      const id = found?.id ?? newId();
      if (found === undefined) {
        const method = methodOfProvider(input.thirdPartyId);
        const account = { method, identifier: input.thirdPartyUserId, email, phone: null };
        await insertRecipeUser(sql, realm, { id, tenantId: tenant.id, ...account, now });
        const details = { method };
        await events.emit(sql, realm, USER_CREATED, { caller, userId: id, details });
      } else if (found.email !== email) {
        const refused = await changeEmail(sql, call, found, email);
        if (refused !== undefined) return refused;
      }
      const subject = found?.subject ?? id;
      if (input.email.isVerified) await markVerified(sql, realm, { subject, email, now });
      await markActive(sql, realm, found?.userId ?? id, now);
      const methods = await findLoginMethods(sql, realm, [found?.ownerId ?? id]);
      const shown = version >= 400 ? methods : methods.filter((method) => method.id === id);
      const recipeUserId = version >= 400 ? { recipeUserId: subject } : {};
      const createdNewUser = found === undefined;
      return { ...OK, createdNewUser, user: userJson(shown, version), ...recipeUserId };
    });
  }

  async function changeEmail(sql: SqlExecutor, { realm }: Call, own: LoginMethod, email: string) {
    if (own.isPrimary && (await conflictOf(sql, realm, [{ ...own, email }], own))) {
      const reason = 'Email already associated with another primary user.';
      return { status: 'EMAIL_CHANGE_NOT_ALLOWED_ERROR', reason };
    }
    const { id, method, identifier, phone } = own;
    const change = { id, method, identifier, email, phone, now: clock.now() };
    await changeIdentifier(sql, realm, change);
    await followFirstMethod(sql, realm, own.ownerId);
    return undefined;
  }

  async function find(call: Call, input: z.output<typeof FIND>): Promise<object> {
    const { userId, thirdPartyId, thirdPartyUserId } = input;
    const isOfProvider = thirdPartyId !== undefined && thirdPartyUserId !== undefined;
    if ((userId !== undefined) === isOfProvider) {
      refuse(400, 'Please provide exactly one of userId or thirdPartyId + thirdPartyUserId');
    }
    const { realm, version } = call;
    if (isOfProvider) {
      const email = { id: '', isVerified: false };
      const own = await methodOf(database, call, { thirdPartyId, thirdPartyUserId, email });
      if (own === undefined) return { status: 'UNKNOWN_THIRD_PARTY_USER_ERROR' };
      return { ...OK, user: userJson([own], version) };
    }
    const all = await findMethodsOfUser(database, realm, userId ?? '');
    const own = all.find(({ method }) => recipeOf(method) === 'thirdparty');
    if (own === undefined) return { status: 'UNKNOWN_USER_ID_ERROR' };
    return { ...OK, user: userJson([own], version) };
  }

  return [
    endpoint({
      method: 'POST',
      path: '/recipe/signinup',
      scope: 'tenant',
      input: ({ version }) => (version >= 400 ? SIGN_IN : SIGN_IN_3),
      handle: async (call, input) => {
        assertFactor(call, 'thirdparty');
        return signInUp(call, input);
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/users/by-email',
      scope: 'tenant',
      before: 400,
      input: z.object({ email: text }),
      handle: async ({ realm, tenant, version }, { email }) => {
        const account = { email: normalEmail(email) };
        const owners = await findOwnersByAccount(database, realm, tenant.id, account);
        const all = groupByUser(await findLoginMethods(database, realm, owners)).flat();
        const ofProviders = all.filter(({ method }) => recipeOf(method) === 'thirdparty');
        return { ...OK, users: ofProviders.map((own) => userJson([own], version)) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user',
      scope: 'tenant',
      recipe: 'thirdparty',
      before: 400,
      input: FIND,
      handle: find,
    }),
  ];
}
