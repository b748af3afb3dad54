import { EMAIL_CHANGE_TOKEN } from '../../src/features/email-change/request-email-change.js';
import { VERIFY_TOKEN } from '../../src/features/email-verification/request-email-verification.js';
import { INVITATION_TOKEN } from '../../src/features/invitations/invite-user.js';
import { oneTimeTokens } from '../../src/features/one-time-tokens/index.js';
import { password } from '../../src/features/password/index.js';
import { RESET_TOKEN } from '../../src/features/password-reset/request-password-reset.js';
import { realms } from '../../src/features/realms/index.js';
import { sessions } from '../../src/features/sessions/index.js';
import type { RefreshToken } from '../../src/features/sessions/refresh-token.js';
import type { KeyRing } from '../../src/features/signing-keys/index.js';
import { signingKeys } from '../../src/features/signing-keys/index.js';
import { findContact } from '../../src/features/users/index.js';
import { operator } from '../../src/kernel/caller.js';
import { DEFAULT_REALM, type Realm } from '../../src/kernel/realm.js';
import type { TestService } from './service.js';
import { until } from './until.js';

/** A realm of the service under test. */
export async function realmOf({ app }: TestService, id = DEFAULT_REALM): Promise<Realm> {
  return app.use(realms).directory.find(id);
}

/** Its signing keys, as this node knows them. */
export async function keyRingOf(service: TestService, realmId?: string): Promise<KeyRing> {
  return service.app.use(signingKeys).rings.of(await realmOf(service, realmId));
}

/** Makes the next key, as an operator does, and lets this node know. */
export async function rotateSigningKey(service: TestService, realmId?: string): Promise<void> {
  await service.app.use(signingKeys).rotate.now(await realmOf(service, realmId), operator('test'));
  await (await keyRingOf(service, realmId)).reload('database');
}

/** What each node's timer does when it rings; resolves to when it rings next. */
export async function rotateSigningKeyIfDue(service: TestService): Promise<Date> {
  const { nextAt } = await service.app.use(signingKeys).rotate.ifDue(await realmOf(service));
  await (await keyRingOf(service)).reload('database');
  return nextAt;
}

/** Makes a user as an operator does; resolves to the id. */
export async function createUser(
  service: TestService,
  user: { readonly email: string; readonly password: string; readonly roles: readonly string[] },
  realmId?: string,
): Promise<string> {
  const realm = await realmOf(service, realmId);
  return service.app.use(password).signUp.create(realm, user, operator('test'));
}

/** A refresh token with a right MAC, whatever it says. */
export async function writeRefreshToken(
  service: TestService,
  token: RefreshToken,
): Promise<string> {
  return service.app.use(sessions).refreshTokens.write(await realmOf(service), token);
}

const PURPOSES = {
  reset: RESET_TOKEN,
  verify: VERIFY_TOKEN,
  change: EMAIL_CHANGE_TOKEN,
  invite: INVITATION_TOKEN,
} as const;

/** The token of a link that was sent to that user. */
export async function linkToken(
  service: TestService,
  userId: string,
  purpose: keyof typeof PURPOSES,
): Promise<string> {
  const { database } = service.app.platform;
  const { tokens } = service.app.use(oneTimeTokens);
  const realm = await realmOf(service);
  const user = await findContact(database, realm, userId);
  const address = user?.email.normalized ?? '';
  const email = { typed: `new-${address}`, normalized: `new-${address}` };
  const data = { address, userId, sessionId: userId, email };
  const { token } = await tokens.issue(database, realm, PURPOSES[purpose], { userId, data });
  return token;
}

/** Waits until nothing is left to do now. */
export async function untilJobsAreDone(service: TestService): Promise<void> {
  const due = `select 1 from authgraph_jobs.job
    where name in ('mail.send', 'password-reset.send-link', 'password.confirm-sign-up')
      and state in ('created', 'retry', 'active') and start_after <= now() limit 1`;
  const isIdle = async () => (await service.sql(due)).length === 0;
  await until(isIdle, 20_000, 'all jobs are done');
}
