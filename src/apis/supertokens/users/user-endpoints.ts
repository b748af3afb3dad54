import { z } from 'zod';
import type { Database } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { text } from '../protocol/fields.js';
import {
  type AccountInfo,
  findLoginMethods,
  findMethodsOfUser,
  findOwnersByAccount,
  type LoginMethod,
} from './login-method.store.js';
import { methodOfProvider } from './methods.js';
import { normalEmail, normalPhone } from './normal-forms.js';
import { userJson } from './user-json.js';

const ACCOUNT = z.object({
  email: text.optional(),
  phoneNumber: text.optional(),
  thirdPartyId: text.optional(),
  thirdPartyUserId: text.optional(),
  webauthnCredentialId: text.optional(),
  doUnionOfAccountInfo: text,
});
type Account = z.output<typeof ACCOUNT>;

/** Finding users by id and by what they are known by. */
export function userEndpoints({ database }: { readonly database: Database }): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/user/id',
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async ({ realm, version }, { userId }) => {
        const methods = await findMethodsOfUser(database, realm, userId);
        if (methods.length === 0) return { status: 'UNKNOWN_USER_ID_ERROR' };
        return { ...OK, user: userJson(methods, version) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/users/by-accountinfo',
      scope: 'tenant',
      input: ACCOUNT,
      handle: async (call, input) => ({ ...OK, users: await findUsers(database, call, input) }),
    }),
  ];
}

async function findUsers(
  database: Database,
  { realm, tenant, version }: Call,
  input: Account,
): Promise<object[]> {
  const { doUnionOfAccountInfo: union } = input;
  if (union !== 'true' && union !== 'false') {
    refuse(400, "Field name 'doUnionOfAccountInfo' should be set to either true or false");
  }
  const asked = accountsOf(input);
  if (asked.length === 0) return [];
  const owners = new Set<string>();
  for (const [index, account] of asked.entries()) {
    const found = await findOwnersByAccount(database, realm, tenant.id, account);
    if (union === 'true' || index === 0) for (const id of found) owners.add(id);
    else for (const id of owners) if (!found.includes(id)) owners.delete(id);
  }
  return groupByUser(await findLoginMethods(database, realm, [...owners])).map((methods) =>
    userJson(methods, version),
  );
}

/** What is asked for, each on its own. */
function accountsOf(input: Account): AccountInfo[] {
  const { email, phoneNumber, thirdPartyId, thirdPartyUserId } = input;
  const accounts: AccountInfo[] = [];
  if (email !== undefined) accounts.push({ email: normalEmail(email) });
  if (phoneNumber !== undefined) accounts.push({ phone: normalPhone(phoneNumber) });
  if (thirdPartyId !== undefined && thirdPartyUserId !== undefined) {
    const method = methodOfProvider(thirdPartyId);
    accounts.push({ provider: { method, userId: thirdPartyUserId } });
  }
  return accounts;
}

/** In the order of their joining. */
export function groupByUser(methods: readonly LoginMethod[]): LoginMethod[][] {
  return [...Map.groupBy(methods, ({ ownerId }) => ownerId).values()];
}
