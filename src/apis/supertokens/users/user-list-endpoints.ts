import { z } from 'zod';
import { isId } from '../../../kernel/ids.js';
import type { Database } from '../../../platform/database/database.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { queryFlag, text } from '../protocol/fields.js';
import { findLoginMethods, type LoginMethod } from './login-method.store.js';
import { RECIPE_IDS, recipeOf } from './methods.js';
import { groupByUser } from './user-endpoints.js';
import { countActive } from './user-ids.store.js';
import { userJson } from './user-json.js';
import { countOwners, listOwners, searchOwners } from './user-list.store.js';

const LIST = z.object({
  limit: text.optional(),
  timeJoinedOrder: text.default('ASC'),
  paginationToken: text.optional(),
  includeRecipeIds: text.optional(),
  email: text.optional(),
  phone: text.optional(),
  provider: text.optional(),
});
const COUNT = z.object({ includeRecipeIds: text.optional(), includeAllTenants: queryFlag(false) });
const MOST = 500;
const PAGE = 100;

/** Lists of users, and how many there are. */
export function userListEndpoints({ database }: { readonly database: Database }): Endpoint[] {
  async function list(call: Call, input: z.output<typeof LIST>): Promise<object> {
    const { realm, tenant, version } = call;
    const recipeIds = readRecipeIds(input.includeRecipeIds);
    const descending = readOrder(input.timeJoinedOrder);
    const limit = readLimit(input.limit);
    const { email, phone, provider } = input;
    const parts = (value: string | undefined) =>
      (value ?? '')
        .split(';')
        .map((part) => part.trim().toLowerCase())
        .filter((part) => part !== '');
    const search = { emails: parts(email), phones: parts(phone), providers: parts(provider) };
    if (Object.values(search).some((values) => values.length > 0)) {
      const found = await searchOwners(database, realm, tenant.id, { ...search, recipeIds });
      const users = await inOrder(realm, found);
      return { ...OK, users: users.map((methods) => listed(methods, version)) };
    }
    const from = readToken(input.paginationToken);
    const which = { tenantId: tenant.id, recipeIds, descending, from, most: limit + 1 };
    const owners = await listOwners(database, realm, which);
    const page = owners.slice(0, limit).map(({ ownerId }) => ownerId);
    const users = await inOrder(realm, page);
    const next = owners[limit];
    const token = next && Buffer.from(`${next.ownerId};${next.joinedAt}`).toString('base64');
    return {
      ...OK,
      users: users.map((methods) => listed(methods, version)),
      ...(token === undefined ? {} : { nextPaginationToken: token }),
    };
  }

  async function inOrder(realm: Call['realm'], owners: readonly string[]) {
    const users = groupByUser(await findLoginMethods(database, realm, owners));
    const placeOf = ([first]: readonly LoginMethod[]) => owners.indexOf(first?.ownerId ?? '');
    return users.toSorted((a, b) => placeOf(a) - placeOf(b));
  }

  return [
    endpoint({ method: 'GET', path: '/users', scope: 'tenant', input: LIST, handle: list }),
    endpoint({
      method: 'GET',
      path: '/users/count',
      scope: 'tenant',
      input: COUNT,
      handle: async ({ realm, tenant }, { includeRecipeIds, includeAllTenants }) => {
        const recipeIds = readRecipeIds(includeRecipeIds);
        const tenantId = includeAllTenants ? null : tenant.id;
        return { ...OK, count: await countOwners(database, realm, { tenantId, recipeIds }) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/users/count/active',
      scope: 'app',
      input: z.object({ since: text }),
      handle: async ({ realm }, { since }) => {
        if (!/^\d{1,15}$/.test(since)) {
          refuse(400, "Field name 'since' must be a positive number of milliseconds");
        }
        const date = new Date(Number(since));
        return { ...OK, count: await countActive(database, realm, date) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/user/search/tags',
      scope: 'tenant',
      input: z.object({}),
      handle: async () => ({ ...OK, tags: ['email', 'phone', 'provider'] }),
    }),
    endpoint({
      method: 'GET',
      path: '/telemetry',
      scope: 'app',
      input: z.object({}),
      handle: async () => ({ exists: false }),
    }),
  ];
}

function listed(methods: readonly LoginMethod[], version: CdiVersion): object {
  const user = userJson(methods, version);
  if (version >= 400) return user;
  const recipeId = methods[0] && recipeOf(methods[0].method);
  return { recipeId, user };
}

function readRecipeIds(text: string | undefined): string[] | null {
  if (text === undefined || text === '') return null;
  const ids = text.split(',').map((id) => id.trim());
  const unknown = ids.find((id) => !RECIPE_IDS.includes(id));
  return unknown === undefined ? ids : refuse(400, `Unknown recipe ID: ${unknown}`);
}

function readOrder(text: string): boolean {
  if (text !== 'ASC' && text !== 'DESC') refuse(400, 'timeJoinedOrder can be either ASC OR DESC');
  return text === 'DESC';
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return PAGE;
  if (!/^-?\d{1,9}$/.test(text))
    refuse(400, "Field name 'limit' must be an int in the GET request");
  const limit = Number(text);
  if (limit > MOST) refuse(400, `max limit allowed is ${MOST}`);
  if (limit < 1) refuse(400, 'limit must a positive integer with min value 1');
  return limit;
}

function readToken(text: string | undefined): { id: string; joinedAt: number } | null {
  if (text === undefined) return null;
  const [id = '', time = '', ...rest] = Buffer.from(text, 'base64').toString().split(';');
  if (!isId(id) || !/^\d{1,15}$/.test(time) || rest.length > 0) {
    refuse(400, 'invalid pagination token');
  }
  return { id, joinedAt: Number(time) };
}
