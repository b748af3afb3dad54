import { createAuthClient } from '@authgraph/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invitations } from '../src/features/invitations/index.js';
import { operator } from '../src/kernel/caller.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import { linkIn, type MailServer, startMailServer } from './harness/mail-server.js';
import { startService, type TestService } from './harness/service.js';
import { realmOf } from './harness/service-parts.js';

const NEW_PASSWORD = 'violet-badger-sings-31';

let mail: MailServer;
let service: TestService;
beforeAll(async () => {
  mail = await startMailServer();
  service = await startService({ env: { SMTP_URL: mail.url } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
});

const newClient = () => createAuthClient({ url: `${service.url}/graphql` });
const kind = async (result: Promise<{ readonly __typename: string }>) => (await result).__typename;

it('the client verifies, changes, resets and deletes an account', async () => {
  const client = newClient();
  const email = 'client@example.com';
  expect(await kind(client.signUp({ email, password: GOOD_PASSWORD }))).toBe('SignedIn');

  expect(await kind(client.requestEmailVerification())).toBe('Accepted');
  const verification = linkIn(await mail.mailTo(email)).token;
  expect(await kind(client.verifyEmail(verification))).toBe('EmailVerified');
  expect(await client.verifyEmail(verification)).toMatchObject({ reason: 'USED' });
  expect(await client.me()).toMatchObject({ email, emailVerified: true });

  const change = { currentPassword: GOOD_PASSWORD, newPassword: NEW_PASSWORD };
  expect(await kind(client.changePassword(change))).toBe('PasswordChanged');
  expect(await kind(client.changePassword(change))).toBe('InvalidCredentials');

  const newEmail = 'renamed@example.com';
  const wish = { newEmail, currentPassword: NEW_PASSWORD };
  expect(await kind(client.requestEmailChange(wish))).toBe('Accepted');
  const { token } = linkIn(await mail.mailTo(newEmail));
  expect(await kind(client.confirmEmailChange(token))).toBe('EmailVerified');
  expect(await client.me()).toMatchObject({ email: newEmail });

  expect(await kind(client.requestPasswordReset(newEmail))).toBe('Accepted');
  const reset = linkIn(await mail.mailTo(newEmail, 1)).token;
  expect(await kind(client.resetPassword({ token: reset, newPassword: 'x' }))).toBe('WeakPassword');
  expect(await kind(client.resetPassword({ token: reset, newPassword: GOOD_PASSWORD }))).toBe(
    'PasswordChanged',
  );
  expect(await client.me()).toBeNull(); // a reset ends every session
  expect(await kind(client.signIn({ email: newEmail, password: GOOD_PASSWORD }))).toBe('SignedIn');

  const wrong = { currentPassword: NEW_PASSWORD };
  expect(await kind(client.deleteMyAccount(wrong))).toBe('InvalidCredentials');
  expect(client.session).not.toBeNull();
  const right = { currentPassword: GOOD_PASSWORD };
  expect(await kind(client.deleteMyAccount(right))).toBe('AccountDeleted');
  expect(client.session).toBeNull();
});

it('the client accepts an invitation, and is signed in', async () => {
  const email = 'guest@example.com';
  const { invite } = service.app.use(invitations);
  await invite.run(await realmOf(service), { email, roles: [] }, operator('test'));
  const { token } = linkIn(await mail.mailTo(email));
  const client = newClient();
  expect(await kind(client.acceptInvitation({ token, password: NEW_PASSWORD }))).toBe('SignedIn');
  expect(await client.me()).toMatchObject({ email, emailVerified: true });
});

it('the client lists and ends sessions, and changes what is stored with its user', async () => {
  const [client, other] = [newClient(), newClient()];
  const credentials = { email: 'sessions@example.com', password: GOOD_PASSWORD };
  expect(await client.sessions()).toBeNull();
  await client.signUp(credentials);
  for (let more = 0; more < 3; more += 1) await other.signIn(credentials);

  const page = await client.sessions({ first: 2 });
  expect(page).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
  const [newest] = page?.nodes ?? [];
  expect(newest).toMatchObject({ current: false, userAgent: 'node', device: null });
  expect(await client.revokeSession(newest?.id ?? '')).toMatchObject({ endedSessions: 1 });
  expect(await kind(client.revokeSession(newest?.id ?? ''))).toBe('NotFound');
  expect(await client.revokeOtherSessions()).toBe(2);
  expect((await client.sessions())?.nodes).toMatchObject([{ current: true }]);

  expect(await kind(client.updateMetadata({ theme: 'dark' }))).toBe('UserUpdated');
  expect(await client.metadata()).toEqual({ theme: 'dark' });
  expect(await kind(client.updateMetadata({ theme: '\u0000' }))).toBe('InvalidMetadata');
});
