import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import {
  type AccountInfo,
  findMethodsOfUser,
  type LoginMethod,
} from '../users/login-method.store.js';
import { PHONE, recipeOf } from '../users/methods.js';
import { findUserById } from '../users/user-ids.store.js';
import { findOtherPrimary, type OtherPrimary } from './other-primary.store.js';

/** A login method, and all login methods of its user. */
export interface Known {
  readonly own: LoginMethod;
  readonly all: readonly LoginMethod[];
}

/** Refuses an id that no user has. */
export async function knownUser(sql: SqlExecutor, realm: Realm, id: string): Promise<Known> {
  const all = await findMethodsOfUser(sql, realm, id);
  const found = await findUserById(sql, realm, id);
  const own = all.find((method) => method.id === found?.id) ?? all[0];
  return own === undefined ? refuse(400, 'Unknown user ID provided') : { own, all };
}

const DESCRIPTIONS: Record<OtherPrimary['by'], string> = {
  email: "This user's email is already associated with another user ID",
  phone: "This user's phone number is already associated with another user ID",
  provider: "This user's third party login is already associated with another user ID",
};

/** Why the user cannot be a primary one with what they are known by; undefined if they can. */
export async function conflictOf(
  sql: SqlExecutor,
  realm: Realm,
  methods: readonly LoginMethod[],
  { ownerId, tenantIds }: { readonly ownerId: string; readonly tenantIds: readonly string[] },
): Promise<object | undefined> {
  for (const method of methods) {
    const other = await findOtherPrimary(sql, realm, tenantIds, ownerId, accountOf(method));
    if (other === undefined) continue;
    return {
      status: 'ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR',
      primaryUserId: other.userId,
      description: DESCRIPTIONS[other.by],
    };
  }
  return undefined;
}

export function accountOf(method: LoginMethod): AccountInfo {
  const isProvider = recipeOf(method.method) === 'thirdparty';
  return {
    email: method.email ?? undefined,
    phone: (method.method === PHONE ? method.identifier : method.phone) ?? undefined,
    provider: isProvider ? { method: method.method, userId: method.identifier } : undefined,
  };
}
