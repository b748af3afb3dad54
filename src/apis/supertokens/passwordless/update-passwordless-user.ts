import type { Clock } from '../../../kernel/clock.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { lockLinking } from '../account-linking/linking.store.js';
import { findOtherPrimary } from '../account-linking/other-primary.store.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, OK } from '../protocol/endpoint.js';
import { findMethodsOfUser, type LoginMethod } from '../users/login-method.store.js';
import { EMAIL, PHONE, recipeOf } from '../users/methods.js';
import { normalEmail, normalPhone } from '../users/normal-forms.js';
import {
  changeIdentifier,
  deleteMemberships,
  followFirstMethod,
  insertMembership,
} from '../users/recipe-user.store.js';
import { findUserById } from '../users/user-ids.store.js';
import { deleteDevices } from './login-code.store.js';

/** Null takes an address or a number away; undefined leaves it. */
export interface PasswordlessChange {
  readonly userId: string;
  readonly email?: string | null | undefined;
  readonly phoneNumber?: string | null | undefined;
}

/** A business error on the way: rolls back, and is the answer. */
class Refused extends Error {
  readonly answer: object;

  constructor(answer: object) {
    super();
    this.answer = answer;
  }
}

const UNKNOWN = { status: 'UNKNOWN_USER_ID_ERROR' };

export async function updatePasswordlessUser(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  { realm }: Call,
  input: PasswordlessChange,
): Promise<object> {
  const changed = database.transaction(async (sql) => {
    await lockLinking(sql, realm);
    const user = await findUserById(sql, realm, input.userId);
    const all = user && (await findMethodsOfUser(sql, realm, user.id));
    const own = all?.find(({ id }) => id === user?.id);
    if (own === undefined || recipeOf(own.method) !== 'passwordless') return UNKNOWN;
    const before = accountOf(own);
    const email = normal(input.email, normalEmail, before.email);
    const phone = normal(input.phoneNumber, normalPhone, before.phone);
    if (email === null && phone === null) {
      refuse(400, 'You cannot clear both email and phone number of a user');
    }
    await move(sql, realm, own, { email, phone, now: clock.now() });
    for (const account of [before, { email, phone }]) {
      await deleteDevices(sql, realm, null, account);
    }
    return OK;
  });
  return changed.catch((error: unknown) => {
    if (error instanceof Refused) return error.answer;
    throw error;
  });
}

function accountOf({ method, identifier, email, phone }: LoginMethod) {
  return { email, phone: method === PHONE ? identifier : phone };
}

function normal(
  value: string | null | undefined,
  form: (text: string) => string,
  before: string | null,
): string | null {
  if (value === undefined) return before;
  return value === null ? null : form(value);
}

async function move(
  sql: SqlExecutor,
  realm: Call['realm'],
  own: LoginMethod,
  to: { readonly email: string | null; readonly phone: string | null; readonly now: Date },
): Promise<void> {
  const before = accountOf(own);
  const { email, phone, now } = to;
  const changes = [
    { name: 'EMAIL', kind: 'email', method: EMAIL, was: before.email, is: email },
    { name: 'PHONE_NUMBER', kind: 'phone', method: PHONE, was: before.phone, is: phone },
  ] as const;
  for (const { name, kind, method, was, is } of changes) {
    if (was === is) continue;
    if (is !== null && own.isPrimary) {
      const account = { [kind]: is };
      const other = await findOtherPrimary(sql, realm, own.tenantIds, own.ownerId, account);
      if (other !== undefined) {
        const what = kind === 'email' ? 'email' : 'phone number';
        const reason = `New ${what} is associated with another primary user ID`;
        throw new Refused({ status: `${name}_CHANGE_NOT_ALLOWED_ERROR`, reason });
      }
    }
    await deleteMemberships(sql, realm, own.id, { method });
    if (is === null) continue;
    for (const tenantId of own.tenantIds) {
      const membership = { id: own.id, tenantId, method, identifier: is };
      if (!(await insertMembership(sql, realm, membership))) {
        throw new Refused({ status: `${name}_ALREADY_EXISTS_ERROR` });
      }
    }
  }
  const identity =
    email === null
      ? { method: PHONE, identifier: phone ?? '', email: null, phone: null }
      : { method: EMAIL, identifier: email, email, phone };
  await changeIdentifier(sql, realm, { id: own.id, ...identity, now });
  await followFirstMethod(sql, realm, own.ownerId);
}
