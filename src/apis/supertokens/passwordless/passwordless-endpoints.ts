import { z } from 'zod';
import { assertFactor } from '../apps/first-factors.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalText, text } from '../protocol/fields.js';
import {
  findLoginMethods,
  findMethodsOfUser,
  findOwnersByAccount,
} from '../users/login-method.store.js';
import { recipeOf } from '../users/methods.js';
import { normalEmail, normalPhone } from '../users/normal-forms.js';
import { userJson } from '../users/user-json.js';
import { hashDevice, readBase64 } from './code-secrets.js';
import { type ConsumeDeps, consumeCode, describeDevice } from './consume-code.js';
import { createCode } from './create-code.js';
import { judgeCode } from './judge-code.js';
import { deleteCode, deleteDevices, findCodes, findDevices } from './login-code.store.js';
import { updatePasswordlessUser } from './update-passwordless-user.js';

const CREATE = z.object({
  email: optionalText,
  phoneNumber: optionalText,
  deviceId: optionalText,
  userInputCode: optionalText,
});
const CODE = z.object({
  preAuthSessionId: text,
  linkCode: optionalText,
  deviceId: optionalText,
  userInputCode: optionalText,
});
const LIST = z.object({
  email: text.optional(),
  phoneNumber: text.optional(),
  deviceId: text.optional(),
  preAuthSessionId: text.optional(),
});
const clearable = text.nullable().optional();
const UPDATE = z.object({ recipeUserId: text, email: clearable, phoneNumber: clearable });
const UPDATE_3 = z
  .object({ userId: text, email: clearable, phoneNumber: clearable })
  .transform(({ userId, ...rest }) => ({ recipeUserId: userId, ...rest }));
const FIND = z.object({
  userId: text.optional(),
  email: text.optional(),
  phoneNumber: text.optional(),
});
const PATH = '/recipe/signinup/code';

function exactlyOne(values: object, names: string): void {
  if (Object.values(values).filter((value) => value !== undefined).length !== 1) {
    refuse(400, `Please provide exactly one of ${names}`);
  }
}

/** Signing in with codes and links that mails and messages bring. */
export function passwordlessEndpoints(deps: ConsumeDeps): Endpoint[] {
  const { database, clock } = deps;

  async function list({ realm, tenant }: Call, input: z.output<typeof LIST>): Promise<object> {
    exactlyOne(input, 'email, phoneNumber, deviceId or preAuthSessionId');
    const { email, phoneNumber, deviceId, preAuthSessionId } = input;
    const devices = await findDevices(database, realm, tenant.id, {
      idHash: deviceId ? hashDevice(readBase64('deviceId', deviceId)) : preAuthSessionId,
      email: email === undefined ? undefined : normalEmail(email),
      phone: phoneNumber === undefined ? undefined : normalPhone(phoneNumber),
    });
    const deviceHashes = devices.map(({ idHash }) => idHash);
    const codes = await findCodes(database, realm, tenant.id, { deviceHashes });
    return {
      ...OK,
      devices: devices.map((device) => ({
        ...describeDevice(device),
        codes: codes
          .filter(({ deviceHash }) => deviceHash === device.idHash)
          .map(({ id, createdAt }) => ({
            codeId: id,
            timeCreated: createdAt.getTime(),
            codeLifetime: tenant.config.codeMs,
          })),
      })),
    };
  }

  async function find(call: Call, input: z.output<typeof FIND>): Promise<object> {
    exactlyOne(input, 'userId, email or phoneNumber');
    const { realm, tenant, version } = call;
    const { userId, email, phoneNumber } = input;
    const account = {
      email: email === undefined ? undefined : normalEmail(email),
      phone: phoneNumber === undefined ? undefined : normalPhone(phoneNumber),
    };
    const all =
      userId === undefined
        ? await findLoginMethods(
            database,
            realm,
            await findOwnersByAccount(database, realm, tenant.id, account),
          )
        : await findMethodsOfUser(database, realm, userId);
    const own = all.find(({ method }) => recipeOf(method) === 'passwordless');
    if (own !== undefined) return { ...OK, user: userJson([own], version) };
    if (userId !== undefined) return { status: 'UNKNOWN_USER_ID_ERROR' };
    return {
      status: email === undefined ? 'UNKNOWN_PHONE_NUMBER_ERROR' : 'UNKNOWN_EMAIL_ERROR',
    };
  }

  return [
    endpoint({
      method: 'POST',
      path: PATH,
      scope: 'tenant',
      input: CREATE,
      handle: async (call, input) => {
        assertFactor(call, 'passwordless');
        return createCode(deps, call, input);
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/consume`,
      scope: 'tenant',
      input: CODE,
      handle: async (call, input) => {
        assertFactor(call, 'passwordless');
        return consumeCode(deps, call, input);
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/check`,
      scope: 'tenant',
      since: 500,
      input: CODE,
      handle: async (call, input) => {
        assertFactor(call, 'passwordless');
        const judged = await database.transaction((sql) =>
          judgeCode(sql, call, input, clock.now()),
        );
        if ('refusal' in judged) return judged.refusal;
        return { ...OK, consumedDevice: describeDevice(judged.device) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/signinup/codes',
      scope: 'tenant',
      input: LIST,
      handle: list,
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/remove`,
      scope: 'tenant',
      input: z.object({ codeId: optionalText, preAuthSessionId: optionalText }),
      handle: async ({ realm, tenant }, input) => {
        exactlyOne(input, 'codeId or preAuthSessionId');
        const { codeId, preAuthSessionId: idHash } = input;
        if (codeId !== undefined) await deleteCode(database, realm, tenant.id, codeId);
        else await deleteDevices(database, realm, tenant.id, { idHash });
        return OK;
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/signinup/codes/remove',
      scope: 'tenant',
      input: z.object({ email: optionalText, phoneNumber: optionalText }),
      handle: async ({ realm, tenant }, input) => {
        exactlyOne(input, 'email or phoneNumber');
        const { email, phoneNumber } = input;
        await deleteDevices(database, realm, tenant.id, {
          email: email === undefined ? undefined : normalEmail(email),
          phone: phoneNumber === undefined ? undefined : normalPhone(phoneNumber),
        });
        return OK;
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user',
      scope: 'app',
      recipe: 'passwordless',
      input: ({ version }) => (version >= 400 ? UPDATE : UPDATE_3),
      handle: (call, { recipeUserId: userId, email, phoneNumber }) =>
        updatePasswordlessUser(deps, call, { userId, email, phoneNumber }),
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user',
      scope: 'tenant',
      recipe: 'passwordless',
      before: 400,
      input: FIND,
      handle: find,
    }),
  ];
}
