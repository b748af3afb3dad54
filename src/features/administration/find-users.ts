import { AuthError } from '../../kernel/auth-error.js';
import { isId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { isRoleName } from '../roles/index.js';
import { parseEmail, searchForm } from '../users/index.js';
import type { UserFilter } from './listed-user.store.js';
import { allUsers, type UserRow, userOfId, usersOfAddress } from './user-rows.store.js';

/** What somebody asks for, as they write it. */
export interface UserQuery {
  readonly email?: string | null | undefined;
  readonly role?: string | null | undefined;
  readonly state?: 'ACTIVE' | 'DISABLED' | null | undefined;
}

/** Rejects with BAD_USER_INPUT what no user could have. */
export function filterOf({ email, role, state }: UserQuery): UserFilter {
  if (role != null && !isRoleName(role)) {
    throw new AuthError('BAD_USER_INPUT', '"role" is no name of a role.');
  }
  return {
    emailPrefix: email == null ? undefined : searchForm(email),
    role: role ?? undefined,
    disabled: state == null ? undefined : state === 'DISABLED',
  };
}

/** How commands find users. */
export class FindUsers {
  readonly #sql: SqlExecutor;

  constructor(sql: SqlExecutor) {
    this.#sql = sql;
  }

  /** Oldest first, however many there are. */
  all(realm: Realm, query: UserQuery): AsyncGenerator<UserRow> {
    return allUsers(this.#sql, realm, filterOf(query));
  }

  /** By id or address. Rejects with NOT_FOUND. */
  async one(realm: Realm, text: string): Promise<UserRow> {
    if (isId(text)) {
      const user = await userOfId(this.#sql, realm, text);
      if (user !== undefined) return user;
    }
    const address = parseEmail(text)?.normalized;
    const found = address === undefined ? [] : await usersOfAddress(this.#sql, realm, address);
    const [user] = found;
    if (found.length > 1) {
      throw new AuthError('BAD_USER_INPUT', 'Several users have this address: name one by id.');
    }
    if (user === undefined) throw new AuthError('NOT_FOUND', 'There is no such user.');
    return user;
  }
}
