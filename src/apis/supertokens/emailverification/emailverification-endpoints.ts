import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.js';
import type { Randomness } from '../../../kernel/randomness.js';
import type { Database } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { text } from '../protocol/fields.js';
import { sha256 } from '../session/core-refresh-token.js';
import { normalEmail } from '../users/normal-forms.js';
import { newOneTimeToken } from '../users/one-time-token.js';
import {
  deleteOneTimeTokens,
  insertOneTimeToken,
  takeOneTimeToken,
} from '../users/one-time-token.store.js';
import { isVerified, markUnverified, markVerified } from '../users/verified-email.store.js';

export interface EmailVerificationDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

const PURPOSE = 'email-verification';
const ADDRESS = z
  .object({ userId: text, email: text })
  .transform(({ userId, email }) => ({ subject: userId, email: normalEmail(email) }));

/** That an address is a user's: of any user, known here or not. */
export function emailVerificationEndpoints(deps: EmailVerificationDeps): Endpoint[] {
  const { database, clock, randomness } = deps;
  return [
    endpoint({
      method: 'POST',
      path: '/recipe/user/email/verify/token',
      scope: 'tenant',
      input: ADDRESS,
      handle: async ({ realm, tenant }, address) => {
        if (await isVerified(database, realm, address)) {
          return { status: 'EMAIL_ALREADY_VERIFIED_ERROR' };
        }
        const { token, hash } = newOneTimeToken(randomness);
        const expiresAt = new Date(clock.now().getTime() + tenant.config.emailVerificationMs);
        const stored = { hash, tenantId: tenant.id, ...address, expiresAt };
        await insertOneTimeToken(database, realm, PURPOSE, stored);
        return { ...OK, token };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/email/verify',
      scope: 'tenant',
      input: z.object({ method: text, token: text }),
      handle: async ({ realm, tenant }, { method, token }) => {
        if (method !== 'token') refuse(400, 'Unsupported method for email verification');
        const now = clock.now();
        const which = { hash: sha256(token), tenantId: tenant.id };
        const found = await database.transaction(async (sql) => {
          const taken = await takeOneTimeToken(sql, realm, PURPOSE, which);
          if (taken === undefined) return undefined;
          const { subject, email, tenantId } = taken;
          await deleteOneTimeTokens(sql, realm, PURPOSE, { subject, email, tenantId });
          if (taken.expiresAt <= now) return undefined;
          await markVerified(sql, realm, { subject, email, now });
          return taken;
        });
        if (found === undefined) return { status: 'EMAIL_VERIFICATION_INVALID_TOKEN_ERROR' };
        return { ...OK, userId: found.subject, email: found.email };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/user/email/verify',
      scope: 'app',
      input: z.object({ userId: text, email: text }),
      handle: async ({ realm }, { userId, email }) => ({
        ...OK,
        isVerified: await isVerified(database, realm, { subject: userId, email }),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/email/verify/remove',
      scope: 'app',
      input: ADDRESS,
      handle: async ({ realm }, address) => {
        await database.transaction((sql) => markUnverified(sql, realm, address));
        return OK;
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/email/verify/token/remove',
      scope: 'tenant',
      input: ADDRESS,
      handle: async ({ realm, tenant }, address) => {
        const which = { ...address, tenantId: tenant.id };
        await deleteOneTimeTokens(database, realm, PURPOSE, which);
        return OK;
      },
    }),
  ];
}
