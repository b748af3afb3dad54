import type { SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import type { Call } from '../protocol/endpoint.js';
import { hashDevice, hashLinkCode, linkCodeOf, readBase64 } from './code-secrets.js';
import {
  countFailure,
  deleteDevices,
  findCodes,
  lockDevice,
  type StoredDevice,
} from './login-code.store.js';

export interface CodeInput {
  readonly preAuthSessionId: string;
  readonly linkCode?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly userInputCode?: string | undefined;
}

const RESTART = { refusal: { status: 'RESTART_FLOW_ERROR' } } as const;

export type Judgement = { readonly refusal: object } | { readonly device: StoredDevice };

/**
 * Whether a code is right and fresh, in the caller's transaction, which commits in any case: a
 * wrong one is counted, and the device goes with the last that it may have.
 */
export async function judgeCode(
  sql: SqlExecutor,
  { realm, tenant }: Call,
  input: CodeInput,
  now: Date,
): Promise<Judgement> {
  const { preAuthSessionId: idHash, linkCode, deviceId, userInputCode } = input;
  const isFresh = (createdAt: Date) => createdAt.getTime() + tenant.config.codeMs > now.getTime();
  if (linkCode !== undefined) {
    const linkCodeHash = hashLinkCode(readBase64('linkCode', linkCode));
    const [code] = await findCodes(sql, realm, tenant.id, { linkCodeHash });
    if (code === undefined) return RESTART;
    if (code.deviceHash !== idHash) return mismatch();
    const device = await lockDevice(sql, realm, tenant.id, idHash);
    return device === undefined || !isFresh(code.createdAt) ? RESTART : { device };
  }
  if (deviceId === undefined || userInputCode === undefined) {
    return refuse(400, 'Please provide exactly one of linkCode or deviceId+userInputCode');
  }
  const secret = readBase64('deviceId', deviceId);
  if (hashDevice(secret) !== idHash) return mismatch();
  const device = await lockDevice(sql, realm, tenant.id, idHash);
  if (device === undefined) return RESTART;
  const linkCodeHash = hashLinkCode(linkCodeOf(secret, device.linkSalt, userInputCode));
  const codes = await findCodes(sql, realm, tenant.id, { deviceHashes: [idHash] });
  const code = codes.find((each) => each.linkCodeHash === linkCodeHash);
  if (code !== undefined && isFresh(code.createdAt)) return { device };

  const failedCodeInputAttemptCount = device.failedAttempts + 1;
  const maximumCodeInputAttempts = tenant.config.codeAttempts;
  if (failedCodeInputAttemptCount >= maximumCodeInputAttempts) {
    await deleteDevices(sql, realm, tenant.id, { idHash });
    return RESTART;
  }
  await countFailure(sql, realm, tenant.id, idHash);
  const status =
    code === undefined ? 'INCORRECT_USER_INPUT_CODE_ERROR' : 'EXPIRED_USER_INPUT_CODE_ERROR';
  return { refusal: { status, failedCodeInputAttemptCount, maximumCodeInputAttempts } };
}

function mismatch(): never {
  return refuse(400, "preAuthSessionId and deviceId doesn't match");
}
