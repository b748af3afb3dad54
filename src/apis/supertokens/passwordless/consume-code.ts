import { lockAddress, USER_CREATED } from '../../../features/users/index.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { type Call, OK } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import { findLoginMethods, findOwnersByAccount } from '../users/login-method.store.js';
import { EMAIL, PHONE, recipeOf } from '../users/methods.js';
import { insertRecipeUser } from '../users/recipe-user.store.js';
import { markActive } from '../users/user-ids.store.js';
import { userJson } from '../users/user-json.js';
import { markVerified } from '../users/verified-email.store.js';
import type { CreateCodeDeps } from './create-code.js';
import { type CodeInput, judgeCode } from './judge-code.js';
import { deleteDevices, type StoredDevice } from './login-code.store.js';

export interface ConsumeDeps extends CreateCodeDeps {
  readonly events: Events;
}

/** Signs in whoever has the code, and up if nobody has that address or number. */
export async function consumeCode(
  deps: ConsumeDeps,
  call: Call,
  input: CodeInput,
): Promise<object> {
  const { database, clock } = deps;
  const { realm, tenant, version } = call;
  const now = clock.now();
  return database.transaction(async (sql) => {
    const judged = await judgeCode(sql, call, input, now);
    if ('refusal' in judged) return judged.refusal;
    const { device } = judged;
    const { email, phone } = device;
    await deleteDevices(sql, realm, tenant.id, { email, phone });
    const { id, ownerId, subject, isNew } = await findOrAdd(deps, sql, call, device);
    if (email !== null && version >= 400) await markVerified(sql, realm, { subject, email, now });
    const methods = await findLoginMethods(sql, realm, [ownerId]);
    await markActive(sql, realm, methods[0]?.userId ?? subject, now);
    const shown = version >= 400 ? methods : methods.filter((method) => method.id === id);
    return {
      ...OK,
      createdNewUser: isNew,
      user: userJson(shown, version),
      ...(version >= 400 ? { recipeUserId: subject } : {}),
      ...(version >= 500 ? { consumedDevice: describeDevice(device) } : {}),
    };
  });
}

export function describeDevice(device: StoredDevice): JsonObject {
  const { idHash, failedAttempts, email, phone } = device;
  return {
    preAuthSessionId: idHash,
    failedCodeInputAttemptCount: failedAttempts,
    ...(email === null ? {} : { email }),
    ...(phone === null ? {} : { phoneNumber: phone }),
  };
}

async function findOrAdd(
  { clock, newId, events }: ConsumeDeps,
  sql: SqlExecutor,
  { realm, tenant, caller }: Call,
  { email, phone }: StoredDevice,
) {
  const identifier = email ?? phone ?? '';
  await lockAddress(sql, realm, identifier);
  const account = { email: email ?? undefined, phone: phone ?? undefined };
  const owners = await findOwnersByAccount(sql, realm, tenant.id, account);
  const methods = await findLoginMethods(sql, realm, owners);
  const found = methods.find(
    (each) =>
      recipeOf(each.method) === 'passwordless' &&
      each.tenantIds.includes(tenant.id) &&
      [each.identifier, each.phone].includes(identifier),
  );
  if (found !== undefined) return { ...found, isNew: false };
  const id = newId();
  const method = email === null ? PHONE : EMAIL;
  const user = { id, tenantId: tenant.id, method, identifier, email, phone: null };
  await insertRecipeUser(sql, realm, { ...user, now: clock.now() });
  await events.emit(sql, realm, USER_CREATED, { caller, userId: id, details: { method } });
  return { id, ownerId: id, subject: id, isNew: true };
}
