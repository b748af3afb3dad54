import { savePassword } from '../../../features/password/index.js';
import { lockAddress, USER_CREATED } from '../../../features/users/index.js';
import type { Clock } from '../../../kernel/clock.js';
import type { NewId } from '../../../kernel/ids.js';
import type { Database } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, OK } from '../protocol/endpoint.js';
import { findLoginMethods } from '../users/login-method.store.js';
import { PASSWORD } from '../users/methods.js';
import { isFakeEmail, normalEmail } from '../users/normal-forms.js';
import { insertRecipeUser } from '../users/recipe-user.store.js';
import { markActive } from '../users/user-ids.store.js';
import { userJson } from '../users/user-json.js';
import { markVerified } from '../users/verified-email.store.js';
import type { CorePasswords } from './core-passwords.js';

export interface SignUpDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
  readonly passwords: CorePasswords;
}

/** Rolls the transaction back. */
class Taken extends Error {}

export async function signUpWithPassword(
  { database, clock, newId, events, passwords }: SignUpDeps,
  { realm, tenant, version, caller }: Call,
  input: { readonly email: string; readonly password: string },
): Promise<object> {
  if (input.password === '') refuse(400, 'Password cannot be an empty string');
  const email = normalEmail(input.email);
  const hash = await passwords.hash(email, input.password);
  const [id, now] = [newId(), clock.now()];
  const account = { method: PASSWORD, identifier: email, email, phone: null };
  const signedUp = database.transaction(async (sql) => {
    await lockAddress(sql, realm, email); // the graph's sign-up decides by the address, too
    const user = { id, tenantId: tenant.id, ...account, now };
    if (!(await insertRecipeUser(sql, realm, user))) throw new Taken();
    await savePassword(sql, realm, { identityId: id, hash, now });
    if (isFakeEmail(email)) await markVerified(sql, realm, { subject: id, email, now });
    await markActive(sql, realm, id, now);
    const details = { method: PASSWORD };
    await events.emit(sql, realm, USER_CREATED, { caller, userId: id, details });
    return findLoginMethods(sql, realm, [id]);
  });
  const methods = await signedUp.catch(orTaken);
  if (methods === undefined) return { status: 'EMAIL_ALREADY_EXISTS_ERROR' };
  const recipeUserId = version >= 400 ? { recipeUserId: id } : {};
  return { ...OK, user: userJson(methods, version), ...recipeUserId };
}

function orTaken(error: unknown): undefined {
  if (!(error instanceof Taken)) throw error;
}
