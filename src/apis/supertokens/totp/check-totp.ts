import type { Clock } from '../../../kernel/clock.js';
import type { Seal } from '../../../kernel/secrets.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { Call } from '../protocol/endpoint.js';
import { sha256 } from '../session/core-refresh-token.js';
import { fromBase32, isTotp } from './totp.policy.js';
import { findAttempts, type StoredTotpDevice, saveAttempts } from './totp.store.js';

export interface CheckTotpDeps {
  readonly clock: Clock;
  readonly totpSeal: Seal;
}

export function totpContext({ realm }: Pick<Call, 'realm'>, subject: string): string {
  return `supertokens-totp:${realm.id}:${subject}`;
}

/**
 * Tries a code on these devices, under the user's lock; undefined when it is right. Wrong ones in a
 * row lock for a while, and a right one counts once.
 */
export async function checkTotp(
  { clock, totpSeal }: CheckTotpDeps,
  sql: SqlExecutor,
  call: Call,
  attempt: { subject: string; code: string; devices: readonly StoredTotpDevice[] },
): Promise<object | undefined> {
  const { realm, tenant } = call;
  const { subject, code, devices } = attempt;
  const { totpAttempts: most, totpCooldownMs } = tenant.config;
  const now = clock.now();
  const before = await findAttempts(sql, realm, tenant.id, subject);
  const lockedUntil = (before.lastFailedAt?.getTime() ?? 0) + totpCooldownMs;
  const isOver = before.failed >= most && lockedUntil <= now.getTime();
  const failed = isOver ? 0 : before.failed;
  const counts = (count: number) => ({
    currentNumberOfFailedAttempts: count,
    maxNumberOfFailedAttempts: most,
  });
  if (failed >= most) {
    const retryAfterMs = lockedUntil - now.getTime();
    return { status: 'LIMIT_REACHED_ERROR', retryAfterMs, ...counts(failed) };
  }
  const fresh = Object.entries(before.used).filter(([, until]) => until > now.getTime());
  const used = Object.fromEntries(fresh);
  const hash = sha256(code);
  const device = devices.find(({ sealedSecret, ...parameters }) => {
    const secret = fromBase32(totpSeal.open(sealedSecret, totpContext(call, subject)));
    return secret !== undefined && isTotp(secret, code, parameters, now);
  });
  const who = { tenantId: tenant.id, subject };
  if (device === undefined || hash in used) {
    await saveAttempts(sql, realm, who, { failed: failed + 1, lastFailedAt: now, used });
    return { status: 'INVALID_TOTP_ERROR', ...counts(failed + 1) };
  }
  const until = now.getTime() + device.period * (2 * device.skew + 1) * 1000;
  const after = { failed: 0, lastFailedAt: null, used: { ...used, [hash]: until } };
  await saveAttempts(sql, realm, who, after);
  return undefined;
}
