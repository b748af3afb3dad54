import type { Clock } from '../../../kernel/clock.js';
import type { NewId } from '../../../kernel/ids.js';
import type { Randomness } from '../../../kernel/randomness.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, OK } from '../protocol/endpoint.js';
import { normalEmail, normalPhone } from '../users/normal-forms.js';
import {
  DEVICE_BYTES,
  hashDevice,
  hashLinkCode,
  linkCodeOf,
  newUserInputCode,
  readBase64,
} from './code-secrets.js';
import { insertCode, insertDevice, lockDevice } from './login-code.store.js';

export interface CreateCodeDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly randomness: Randomness;
}

export interface CreateCodeInput {
  readonly email?: string | undefined;
  readonly phoneNumber?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly userInputCode?: string | undefined;
}

/** A code of a million has no twin on a device that may have five guesses. */
const TRIES = 20;

/** Makes a code for an address or number, or a further one for the same device. */
export async function createCode(
  deps: CreateCodeDeps,
  call: Call,
  input: CreateCodeInput,
): Promise<object> {
  const { database, randomness } = deps;
  const { realm, tenant } = call;
  const { email, phoneNumber, deviceId } = input;
  const given = [email, phoneNumber, deviceId].filter((value) => value !== undefined);
  if (given.length !== 1) {
    refuse(400, 'Please provide exactly one of email, phoneNumber or deviceId');
  }
  return database.transaction(async (sql) => {
    if (deviceId !== undefined) {
      const device = readBase64('deviceId', deviceId);
      const found = await lockDevice(sql, realm, tenant.id, hashDevice(device));
      if (found === undefined) return { status: 'RESTART_FLOW_ERROR' };
      return addCode(deps, sql, { call, input, device, salt: found.linkSalt });
    }
    const [device, linkSalt] = [randomness(DEVICE_BYTES), randomness(DEVICE_BYTES)];
    await insertDevice(sql, realm, tenant.id, {
      idHash: hashDevice(device),
      email: email === undefined ? null : normalEmail(email),
      phone: phoneNumber === undefined ? null : normalPhone(phoneNumber),
      linkSalt,
    });
    return addCode(deps, sql, { call, input, device, salt: linkSalt });
  });
}

interface NewCode {
  readonly call: Call;
  readonly input: CreateCodeInput;
  readonly device: Buffer;
  readonly salt: Uint8Array;
}

async function addCode(
  { clock, newId, randomness }: CreateCodeDeps,
  sql: SqlExecutor,
  { call, input, device, salt }: NewCode,
): Promise<object> {
  const { realm, tenant } = call;
  const [id, createdAt, deviceHash] = [newId(), clock.now(), hashDevice(device)];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const userInputCode = input.userInputCode ?? newUserInputCode(randomness);
    const linkCode = linkCodeOf(device, salt, userInputCode);
    const code = { id, deviceHash, linkCodeHash: hashLinkCode(linkCode), createdAt };
    if (await insertCode(sql, realm, tenant.id, code)) {
      return {
        ...OK,
        preAuthSessionId: deviceHash,
        codeId: id,
        deviceId: device.toString('base64'),
        userInputCode,
        linkCode: linkCode.toString('base64url'),
        timeCreated: createdAt.getTime(),
        codeLifetime: tenant.config.codeMs,
      };
    }
    if (input.userInputCode !== undefined) break;
  }
  return { status: 'USER_INPUT_CODE_ALREADY_USED_ERROR' };
}
