import { savePassword } from '../../../features/password/index.js';
import { lockAddress } from '../../../features/users/index.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { findOtherPrimary } from '../account-linking/other-primary.store.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, OK } from '../protocol/endpoint.js';
import { findMethodsOfUser, type LoginMethod } from '../users/login-method.store.js';
import { PASSWORD } from '../users/methods.js';
import { normalEmail } from '../users/normal-forms.js';
import {
  changeIdentifier,
  deleteMemberships,
  followFirstMethod,
  insertMembership,
} from '../users/recipe-user.store.js';
import { findUserById } from '../users/user-ids.store.js';
import type { CorePasswords } from './core-passwords.js';

export interface UpdateDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: CorePasswords;
}

export interface UpdateInput {
  readonly userId: string;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

/** A business error on the way: rolls back, and is the answer. */
class Refused extends Error {
  readonly answer: object;

  constructor(answer: object) {
    super();
    this.answer = answer;
  }
}

/** Changes address and password together, or neither. Sessions stay: the SDK ends them. */
export async function updatePasswordUser(
  { database, clock, passwords }: UpdateDeps,
  { realm }: Call,
  input: UpdateInput,
): Promise<object> {
  const { email: typed, password } = input;
  if (typed === undefined && password === undefined) {
    refuse(400, 'You have to provide either email or password.');
  }
  if (password === '') refuse(400, 'Password cannot be an empty string');
  const user = await findUserById(database, realm, input.userId);
  if (user?.method !== PASSWORD) return { status: 'UNKNOWN_USER_ID_ERROR' };
  const hash = password === undefined ? undefined : await passwords.hash(user.id, password);
  const email = typed === undefined ? undefined : normalEmail(typed);
  const now = clock.now();
  const changed = database.transaction(async (sql) => {
    if (email !== undefined) {
      await lockAddress(sql, realm, email);
      const methods = await findMethodsOfUser(sql, realm, user.id);
      const own = methods.find(({ id }) => id === user.id);
      if (own === undefined) throw new Refused({ status: 'UNKNOWN_USER_ID_ERROR' });
      if (own.email !== email) await changeEmail(sql, { realm, own, email, now });
    }
    if (hash !== undefined) await savePassword(sql, realm, { identityId: user.id, hash, now });
    return OK;
  });
  const answer = await changed.catch((error: unknown) => {
    if (error instanceof Refused) return error.answer;
    throw error;
  });
  // The SDK's reset ends here, too.
  if (answer === OK && hash !== undefined) await forgive({ database, passwords }, realm, user.id);
  return answer;
}

async function forgive(
  { database, passwords }: Pick<UpdateDeps, 'database' | 'passwords'>,
  realm: Call['realm'],
  id: string,
): Promise<void> {
  const methods = await findMethodsOfUser(database, realm, id);
  const email = methods.find((method) => method.id === id)?.email;
  if (email) await passwords.forgive(realm, email);
}

async function changeEmail(
  sql: SqlExecutor,
  change: { realm: Call['realm']; own: LoginMethod; email: string; now: Date },
): Promise<void> {
  const { realm, own, email, now } = change;
  if (own.isPrimary) {
    const other = await findOtherPrimary(sql, realm, own.tenantIds, own.ownerId, { email });
    if (other !== undefined) {
      const reason = 'New email is associated with another primary user ID';
      throw new Refused({ status: 'EMAIL_CHANGE_NOT_ALLOWED_ERROR', reason });
    }
  }
  const account = { id: own.id, method: PASSWORD, identifier: email };
  await deleteMemberships(sql, realm, own.id, { method: PASSWORD });
  for (const tenantId of own.tenantIds) {
    if (!(await insertMembership(sql, realm, { ...account, tenantId }))) {
      throw new Refused({ status: 'EMAIL_ALREADY_EXISTS_ERROR' });
    }
  }
  await changeIdentifier(sql, realm, { ...account, email, phone: null, now });
  await followFirstMethod(sql, realm, own.ownerId);
}
