import { z } from 'zod';
import type { Realm } from '../../../kernel/realm.js';
import type { Seal } from '../../../kernel/secrets.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { totpContext } from '../totp/check-totp.js';
import { fromBase32 } from '../totp/totp.policy.js';
import { addTotpDevice } from '../totp/totp.store.js';
import type { CoreFact } from './core-source.store.js';

const DEVICE = z.object({
  secret: z.string().refine((text) => fromBase32(text) !== undefined),
  period: z.number().int().min(1),
  skew: z.number().int().min(0),
  verified: z.boolean(),
  /** Milliseconds since the epoch. */
  created: z.number().nullish(),
});

/** Takes over authenticator apps, sealed. Resolves to how many were new. */
export async function adoptTotp(
  { totpSeal, now: imported }: { readonly totpSeal: Seal; readonly now: Date },
  sql: SqlExecutor,
  realm: Realm,
  facts: readonly CoreFact[],
): Promise<number> {
  let added = 0;
  for (const { subject, value: name, more = '{}' } of facts) {
    const { data: device } = DEVICE.safeParse(JSON.parse(more));
    if (device === undefined) continue; // nobody could have used it
    const { secret, created, ...rest } = device;
    const sealedSecret = totpSeal.seal(secret, totpContext({ realm }, subject));
    const now = created ? new Date(created) : imported;
    if (await addTotpDevice(sql, realm, subject, { name, sealedSecret, ...rest, now })) added++;
  }
  return added;
}
