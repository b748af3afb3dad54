import { password } from '../../src/features/password/index.js';
import { realms } from '../../src/features/realms/index.js';
import { sessions } from '../../src/features/sessions/index.js';
import type { RefreshToken } from '../../src/features/sessions/refresh-token.js';
import type { KeyRing } from '../../src/features/signing-keys/index.js';
import { signingKeys } from '../../src/features/signing-keys/index.js';
import { operator } from '../../src/kernel/caller.js';
import { DEFAULT_REALM, type Realm } from '../../src/kernel/realm.js';
import type { TestService } from './service.js';

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
