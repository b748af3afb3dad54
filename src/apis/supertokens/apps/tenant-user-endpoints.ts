import { z } from 'zod';
import type { EndSessions } from '../../../features/sessions/index.js';
import type { Database } from '../../../platform/database/database.js';
import { lockLinking } from '../account-linking/linking.store.js';
import { accountOf } from '../account-linking/linking-checks.js';
import { findOtherPrimary } from '../account-linking/other-primary.store.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { text } from '../protocol/fields.js';
import { deleteRolesIn } from '../roles/role-holders.store.js';
import { findStoredSessions } from '../session/core-session.store.js';
import { revokeCoreSessions } from '../session/revoke-core-sessions.js';
import { findMethodsOfUser, type LoginMethod } from '../users/login-method.store.js';
import { EMAIL, PHONE } from '../users/methods.js';
import {
  deleteMemberships,
  insertMembership,
  type Membership,
} from '../users/recipe-user.store.js';
import { findUserById } from '../users/user-ids.store.js';

export interface TenantUserDeps {
  readonly database: Database;
  readonly endSessions: EndSessions;
}

const USER = z.object({ recipeUserId: text });
const USER_3 = z.object({ userId: text }).transform(({ userId }) => ({ recipeUserId: userId }));
const inputOf = ({ version }: { readonly version: CdiVersion }) => (version >= 400 ? USER : USER_3);
const UNKNOWN = { status: 'UNKNOWN_USER_ID_ERROR' };
const PATH = '/recipe/multitenancy/tenant/user';

/** In which tenants a login method may be used. */
export function tenantUserEndpoints({ database, endSessions }: TenantUserDeps): Endpoint[] {
  async function add(call: Call, id: string): Promise<object> {
    const { realm, tenant } = call;
    const added = database.transaction(async (sql) => {
      await lockLinking(sql, realm);
      const user = await findUserById(sql, realm, id);
      const all = user && (await findMethodsOfUser(sql, realm, user.id));
      const own = all?.find((method) => method.id === user?.id);
      if (own === undefined) return UNKNOWN;
      if (own.tenantIds.includes(tenant.id)) return { ...OK, wasAlreadyAssociated: true };
      const account = accountOf(own);
      const other =
        own.isPrimary && (await findOtherPrimary(sql, realm, [tenant.id], own.ownerId, account));
      if (other) {
        const reason = `This user's ${WHAT[other.by]} is already associated with another user ID`;
        return { status: 'ASSOCIATION_NOT_ALLOWED_ERROR', reason };
      }
      for (const membership of membershipsOf(own, tenant.id)) {
        if (!(await insertMembership(sql, realm, membership))) throw new Taken(membership.method);
      }
      return { ...OK, wasAlreadyAssociated: false };
    });
    return added.catch((error: unknown) => {
      if (!(error instanceof Taken)) throw error;
      return { status: STATUSES[error.method] ?? 'THIRD_PARTY_USER_ALREADY_EXISTS_ERROR' };
    });
  }

  async function remove({ realm, tenant, caller }: Call, id: string): Promise<object> {
    return database.transaction(async (sql) => {
      const user = await findUserById(sql, realm, id);
      if (user === undefined) return UNKNOWN;
      const tenantId = tenant.id;
      const left = await deleteMemberships(sql, realm, user.id, { tenantId });
      const subjects = [user.subject];
      const sessions = await findStoredSessions(sql, realm, { tenantId, subjects });
      const ids = sessions.map((session) => session.id);
      await revokeCoreSessions(sql, realm, ids, { endSessions, caller });
      await deleteRolesIn(sql, realm, { tenantId, subject: user.subject });
      return { ...OK, wasAssociated: left.length > 0 };
    });
  }

  return [
    endpoint({
      method: 'POST',
      path: PATH,
      scope: 'tenant',
      input: inputOf,
      handle: (call, { recipeUserId }) => add(call, recipeUserId),
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/remove`,
      scope: 'tenant',
      input: inputOf,
      handle: (call, { recipeUserId }) => remove(call, recipeUserId),
    }),
  ];
}

const WHAT = { email: 'email', phone: 'phone number', provider: 'third party login' };
const STATUSES: Readonly<Record<string, string>> = {
  password: 'EMAIL_ALREADY_EXISTS_ERROR',
  [EMAIL]: 'EMAIL_ALREADY_EXISTS_ERROR',
  [PHONE]: 'PHONE_NUMBER_ALREADY_EXISTS_ERROR',
};

/** Rolls the transaction back. */
class Taken extends Error {
  readonly method: string;

  constructor(method: string) {
    super();
    this.method = method;
  }
}

/** A passwordless user may be known by an address and a number. */
function membershipsOf(own: LoginMethod, tenantId: string): Membership[] {
  const { id, method, identifier, phone } = own;
  const first = { id, tenantId, method, identifier };
  return phone === null ? [first] : [first, { id, tenantId, method: PHONE, identifier: phone }];
}
