import { signInAgain } from './accounts.js';
import { bearer, GOOD_PASSWORD, type Send, type TestUser } from './graphql-client.js';
import type { TestService } from './service.js';
import { createUser } from './service-parts.js';

/** Makes a user with these roles, and signs them in. */
export async function signInWithRoles(
  service: TestService,
  email: string,
  roles: readonly string[],
): Promise<TestUser> {
  const id = await createUser(service, { email, password: GOOD_PASSWORD, roles });
  const none = { sessionId: '', accessToken: '', refreshToken: '' };
  return signInAgain(service.send, { id, email, password: GOOD_PASSWORD, ...none });
}

/** What the one field of a mutation answers to a user, or the code of the error. */
export async function mutate(
  send: Send,
  field: string,
  user: Pick<TestUser, 'accessToken'>,
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
): Promise<any> {
  const { body } = await send(`mutation { result: ${field} }`, {}, bearer(user.accessToken));
  return body.errors === undefined ? body.data.result : body.errors[0].extensions.code;
}

/** The claims of an access token, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
export function claimsOf({ accessToken }: Pick<TestUser, 'accessToken'>): any {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
}
