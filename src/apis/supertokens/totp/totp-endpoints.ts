import { z } from 'zod';
import type { Randomness } from '../../../kernel/randomness.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalText, text } from '../protocol/fields.js';
import { type CheckTotpDeps, checkTotp, totpContext } from './check-totp.js';
import { fromBase32, toBase32 } from './totp.policy.js';
import {
  deleteAttempts,
  deleteTotpDevice,
  findTotpDevices,
  lockTotp,
  markTotpVerified,
  renameTotpDevice,
  saveTotpDevice,
} from './totp.store.js';

export interface TotpDeps extends CheckTotpDeps {
  readonly database: Database;
  readonly randomness: Randomness;
}

const NEW = z.object({
  userId: text,
  deviceName: optionalText,
  skew: z.number().int().max(100),
  period: z.number().int().max(86_400),
});
const IMPORT = NEW.extend({ deviceName: optionalText, secretKey: text });
const RENAME = z.object({ userId: text, existingDeviceName: text, newDeviceName: text });
const ONE = z.object({ userId: text, deviceName: text });
const UNKNOWN_DEVICE = { status: 'UNKNOWN_DEVICE_ERROR' };
const TAKEN = { status: 'DEVICE_ALREADY_EXISTS_ERROR' };
const SECRET_BYTES = 20;
const PATH = '/recipe/totp/device';

/** Codes of authenticator apps, of any user. */
export function totpEndpoints(deps: TotpDeps): Endpoint[] {
  const { database, clock, randomness, totpSeal } = deps;

  function locked<Result>(
    { realm }: Call,
    subject: string,
    work: (sql: SqlExecutor) => Promise<Result>,
  ): Promise<Result> {
    return database.transaction(async (sql) => {
      await lockTotp(sql, realm, subject);
      return work(sql);
    });
  }

  async function add(
    call: Call,
    input: z.output<typeof NEW>,
    { secret, verified }: { readonly secret: string; readonly verified: boolean },
  ): Promise<object> {
    const { userId: subject, deviceName, skew, period } = input;
    if (skew < 0) refuse(400, 'skew must be >= 0');
    if (period < 1) refuse(400, 'period must be > 0');
    if (deviceName === '') refuse(400, 'deviceName cannot be empty');
    return locked(call, subject, async (sql) => {
      const devices = await findTotpDevices(sql, call.realm, subject);
      const isTaken = (name: string) =>
        devices.some((device) => device.verified && device.name === name);
      let number = devices.filter((device) => device.verified).length;
      while (deviceName === undefined && isTaken(`TOTP Device ${number}`)) number += 1;
      const name = deviceName ?? `TOTP Device ${number}`;
      if (isTaken(name)) return TAKEN;
      const sealedSecret = totpSeal.seal(secret, totpContext(call, subject));
      const device = { name, sealedSecret, period, skew, verified, now: clock.now() };
      await saveTotpDevice(sql, call.realm, subject, device);
      return { ...OK, deviceName: name, ...(verified ? {} : { secret }) };
    });
  }

  return [
    endpoint({
      method: 'POST',
      path: PATH,
      scope: 'app',
      input: NEW,
      handle: (call, input) => {
        const secret = toBase32(randomness(SECRET_BYTES));
        return add(call, input, { secret, verified: false });
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/import`,
      scope: 'app',
      input: IMPORT,
      handle: async (call, { secretKey, ...input }) => {
        if (fromBase32(secretKey) === undefined) refuse(400, 'Invalid secret key');
        return add(call, input, { secret: secretKey, verified: true });
      },
    }),
    endpoint({
      method: 'PUT',
      path: PATH,
      scope: 'app',
      input: RENAME,
      handle: (call, { userId, existingDeviceName: from, newDeviceName: to }) =>
        locked(call, userId, async (sql) => {
          if (to === '') refuse(400, 'newDeviceName cannot be empty');
          const names = (await findTotpDevices(sql, call.realm, userId)).map(({ name }) => name);
          if (!names.includes(from)) return UNKNOWN_DEVICE;
          if (from !== to && names.includes(to)) return TAKEN;
          await renameTotpDevice(sql, call.realm, userId, { from, to });
          return OK;
        }),
    }),
    endpoint({
      method: 'GET',
      path: `${PATH}/list`,
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async ({ realm }, { userId }) => {
        const devices = await findTotpDevices(database, realm, userId);
        const shown = devices.map(({ sealedSecret: _, ...device }) => device);
        return { ...OK, devices: shown };
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/remove`,
      scope: 'app',
      input: ONE,
      handle: (call, { userId, deviceName }) =>
        locked(call, userId, async (sql) => {
          const didDeviceExist = await deleteTotpDevice(sql, call.realm, userId, deviceName);
          const left = await findTotpDevices(sql, call.realm, userId);
          if (left.length === 0) await deleteAttempts(sql, call.realm, userId);
          return { ...OK, didDeviceExist };
        }),
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/verify`,
      scope: 'tenant',
      input: ONE.extend({ totp: text }),
      handle: (call, { userId, deviceName, totp }) =>
        locked(call, userId, async (sql) => {
          const devices = await findTotpDevices(sql, call.realm, userId);
          const device = devices.find(({ name }) => name === deviceName);
          if (device === undefined) return UNKNOWN_DEVICE;
          if (device.verified) return { ...OK, wasAlreadyVerified: true };
          const attempt = { subject: userId, code: totp, devices: [device] };
          const refused = await checkTotp(deps, sql, call, attempt);
          if (refused !== undefined) return refused;
          await markTotpVerified(sql, call.realm, userId, deviceName);
          return { ...OK, wasAlreadyVerified: false };
        }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/totp/verify',
      scope: 'tenant',
      input: z.object({ userId: text, totp: text }),
      handle: (call, { userId, totp }) =>
        locked(call, userId, async (sql) => {
          const all = await findTotpDevices(sql, call.realm, userId);
          const devices = all.filter(({ verified }) => verified);
          if (devices.length === 0) return { status: 'UNKNOWN_USER_ID_ERROR' };
          const attempt = { subject: userId, code: totp, devices };
          return (await checkTotp(deps, sql, call, attempt)) ?? OK;
        }),
    }),
  ];
}
