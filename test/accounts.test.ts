import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import * as operations from './harness/account-operations.js';
import { refresh, signInAgain } from './harness/accounts.js';
import {
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  ME,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { leaksOf } from './harness/leaks.js';
import { linkIn, type MailServer, startMailServer } from './harness/mail-server.js';
import { startService, type TestService } from './harness/service.js';
import { createUser } from './harness/service-parts.js';
import { until } from './harness/until.js';

const NEW_PASSWORD = 'violet-badger-sings-31';

let mail: MailServer;
let service: TestService;
beforeAll(async () => {
  mail = await startMailServer();
  service = await startService({
    env: {
      SMTP_URL: mail.url,
      AUTHGRAPH_LIMITS: 'accounts',
      AUTHGRAPH_MAIL_FROM: 'Example <no-reply@example.com>',
      AUTHGRAPH_APP_URL: 'https://app.example.com',
    },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
});

async function call(query: string, variables: object = {}, user?: TestUser, headers = {}) {
  const { body } = await service.send(query, variables, {
    ...headers,
    ...(user ? bearer(user.accessToken) : {}),
  });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  const [answer] = Object.values(body.data);
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  return answer as any;
}

const signIn = async (email: string, password: string) =>
  call(SIGN_IN, { input: { email, password } });

async function resetToken(user: TestUser, seen = 0): Promise<string> {
  await call(operations.REQUEST_RESET, { email: user.email });
  return linkIn(await mail.mailTo(user.email, seen)).token;
}

const reset = (token: string, newPassword = NEW_PASSWORD) =>
  call(operations.RESET, { input: { token, newPassword } });

// Most of a test is waiting for mails, which begin 200 ms after what asks for them: they wait
// together.
describe.concurrent('a sign-in on a new device', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  it('is told to the owner in their language, in realms that want it', async () => {
    await service.app.use(realms).manage.create('watchful', { newDeviceMail: 'true' });
    const send = graphqlClient(`${service.url}/realms/watchful`);
    const user = await signUpUser(send, 'watched@example.com');
    const signIn = (agent: string) => signInAgain(send, user, { 'user-agent': agent });
    await signIn(firefox);
    const english = await mail.mailTo(user.email);
    expect(english.subject).toBe('New sign-in to your account');
    expect(english.text).toMatch(
      /on a new device, Firefox on Linux, on .* UTC, from the address 127\.0\.0\.1\.\n/,
    );
    await service.sql("update users set language = 'de' where id = ?", [user.id]);
    await signIn(firefox); // which is known by now
    await signIn('see.example.org/now for your prize/1.0 x');
    const german = await mail.mailTo(user.email, 1);
    expect(german.subject).toBe('Neue Anmeldung bei deinem Konto');
    expect(german.text).toMatch(/neuen Gerät angemeldet, am .* Uhr \(UTC\), von der Adresse 127/);
    expect(german.text).not.toContain('prize');
    expect(mail.mailsTo(user.email)).toHaveLength(2);
  });

  it('is told to nobody elsewhere', async () => {
    const user = await signUpUser(service.send, 'unwatched@example.com');
    await signInAgain(service.send, user, { 'user-agent': firefox });
    await call(operations.REQUEST_RESET, { email: user.email });
    expect((await mail.mailTo(user.email)).subject).toBe('Choose a new password');
  });
});

describe.concurrent('a password reset', () => {
  it('comes by mail, with a link to the application, in both forms', async () => {
    const user = await signUpUser(service.send, 'Ada.Reset@example.com');
    await call(operations.REQUEST_RESET, { email: 'ada.reset@EXAMPLE.com' });
    const letter = await mail.mailTo(user.email);
    expect(letter).toMatchObject({
      from: '"Example" <no-reply@example.com>',
      subject: 'Choose a new password',
    });
    const { url, token } = linkIn(letter);
    expect(`${url.origin}${url.pathname}`).toBe('https://app.example.com/reset-password');
    expect(token).toMatch(/^ag_ot_[\w-]{43}$/);
    expect(letter.html).toContain(`href="${url.href}"`);
    expect(letter.text).not.toContain('<');
  });

  it('sets the password, ends all sessions, and tells the owner', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    const answer = await reset(await resetToken(user));
    expect(answer).toEqual({
      __typename: 'PasswordChanged',
      endedSessions: 2,
      user: { id: user.id },
    });
    for (const { refreshToken, accessToken } of [user, other]) {
      expect(await refresh(service.send, refreshToken)).toMatchObject({ reason: 'REVOKED' });
      const { body } = await service.send(ME, {}, bearer(accessToken));
      expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    expect(await signIn(user.email, user.password)).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    expect(await signIn(user.email, NEW_PASSWORD)).toMatchObject({ __typename: 'SignedIn' });
    expect((await mail.mailTo(user.email, 1)).subject).toBe('Your password was changed');
  });

  it('shows that the address is its owner’s', async () => {
    const user = await signUpUser(service.send);
    await reset(await resetToken(user));
    const again = await signInAgain(service.send, { ...user, password: NEW_PASSWORD });
    expect(await call('{ me { emailVerified } }', {}, again)).toEqual({ emailVerified: true });
  });

  it('works once', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    await reset(token);
    expect(await reset(token, 'another-mauve-otter-9')).toMatchObject({
      __typename: 'TokenRejected',
      reason: 'USED',
    });
    expect(await signIn(user.email, NEW_PASSWORD)).toMatchObject({ __typename: 'SignedIn' });
  });

  it('keeps the link for another try when the password is weak', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    expect(await reset(token, 'password1')).toMatchObject({
      __typename: 'WeakPassword',
      reasons: ['COMMON'],
    });
    expect(await reset(token)).toMatchObject({ __typename: 'PasswordChanged' });
  });

  it('makes the link before it void', async () => {
    const user = await signUpUser(service.send);
    const first = await resetToken(user);
    const second = await resetToken(user, 1);
    expect(await reset(first)).toMatchObject({ reason: 'EXPIRED' });
    expect(await reset(second)).toMatchObject({ __typename: 'PasswordChanged' });
  });

  it('is over when the password was changed by other means', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    const change = { currentPassword: user.password, newPassword: NEW_PASSWORD };
    await call(operations.CHANGE_PASSWORD, { input: change }, user);
    expect(await reset(token)).toMatchObject({ reason: 'EXPIRED' });
  });

  it('sends nothing to strangers, to disabled users, and to what is no address', async () => {
    const disabled = await signUpUser(service.send);
    await service.sql('update users set disabled_at = now() where id = ?', [disabled.id]);
    const known = await signUpUser(service.send);
    for (const email of ['stranger@example.com', 'no address', disabled.email, known.email]) {
      expect(await call(operations.REQUEST_RESET, { email })).toEqual({
        __typename: 'Accepted',
        message: 'If this address has an account here, a mail is on its way to it.',
      });
    }
    await mail.mailTo(known.email);
    expect(mail.mailsTo('stranger@example.com')).toEqual([]);
    expect(mail.mailsTo(disabled.email)).toEqual([]);
  });

  it('is refused beyond five an hour for one address, known or not', async () => {
    const user = await signUpUser(service.send);
    for (const email of [user.email, 'nobody-at-all@example.com']) {
      for (let n = 0; n < 5; n += 1) await call(operations.REQUEST_RESET, { email });
      expect(await call(operations.REQUEST_RESET, { email })).toMatchObject({
        __typename: 'RateLimited',
        retryAfterSeconds: expect.any(Number),
      });
    }
  });

  it('stores and logs no token', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    expect(await leaksOf(service, [token])).toEqual([]);
    const waiting = await service.sql<{ row: string }>(
      'select t::text as row from one_time_tokens t union all select j::text from authgraph_jobs.job j',
    );
    const stored = waiting.map(({ row }) => row).join('\n');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(user.email);
  });
});

describe.concurrent('a link', () => {
  it.each([
    ['', 'MALFORMED'],
    ['ag_ot_', 'MALFORMED'],
    [`ag_ot_${'A'.repeat(43)}`, 'MALFORMED'],
    ['\u0000', 'MALFORMED'],
    ["ag_ot_' or 1=1 --", 'MALFORMED'],
  ])('of the token %j is refused for every purpose', async (token, reason) => {
    const rejected = { __typename: 'TokenRejected', reason };
    expect(await reset(token)).toMatchObject(rejected);
    expect(await call(operations.VERIFY, { token })).toMatchObject(rejected);
    expect(await call(operations.CONFIRM_CHANGE, { token })).toMatchObject(rejected);
    const input = { token, password: NEW_PASSWORD };
    expect(await call(operations.ACCEPT_INVITATION, { input })).toMatchObject(rejected);
  });

  it('is good for its own purpose only (requirement 20)', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    for (const query of [operations.VERIFY, operations.CONFIRM_CHANGE]) {
      expect(await call(query, { token })).toMatchObject({ reason: 'MALFORMED' });
    }
    const input = { token, password: NEW_PASSWORD };
    expect(await call(operations.ACCEPT_INVITATION, { input })).toMatchObject({
      reason: 'MALFORMED',
    });
    expect(await reset(token)).toMatchObject({ __typename: 'PasswordChanged' });
  });

  it('is too old when its time is up', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    await service.sql('update one_time_tokens set expires_at = now() where user_id = ?', [user.id]);
    expect(await reset(token)).toMatchObject({ reason: 'EXPIRED' });
  });

  it('is of no use while its user is disabled', async () => {
    const user = await signUpUser(service.send);
    const token = await resetToken(user);
    await service.sql('update users set disabled_at = now() where id = ?', [user.id]);
    expect(await reset(token)).toMatchObject({ reason: 'EXPIRED' });
  });

  it('leads to the configured application, whatever Host the request names (requirement 27)', async () => {
    const user = await signUpUser(service.send);
    const headers = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
    await call(operations.REQUEST_RESET, { email: user.email }, undefined, headers);
    const letter = await mail.mailTo(user.email);
    expect(linkIn(letter).url.origin).toBe('https://app.example.com');
    expect(letter.html).not.toContain('evil');
  });
});

describe.concurrent('changing the password (requirement 8)', () => {
  const change = (user: TestUser, input: object) =>
    call(operations.CHANGE_PASSWORD, { input }, user);

  it('needs the current one, and ends the other sessions', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    const wrong = { currentPassword: 'a-wrong-guess-9', newPassword: NEW_PASSWORD };
    expect(await change(user, wrong)).toMatchObject({ __typename: 'InvalidCredentials' });
    const input = { currentPassword: user.password, newPassword: NEW_PASSWORD };
    expect(await change(user, input)).toMatchObject({ endedSessions: 1, user: { id: user.id } });
    expect(await refresh(service.send, other.refreshToken)).toMatchObject({ reason: 'REVOKED' });
    expect(await refresh(service.send, user.refreshToken)).toHaveProperty('tokens');
    expect(await signIn(user.email, NEW_PASSWORD)).toMatchObject({ __typename: 'SignedIn' });
    expect((await mail.mailTo(user.email)).subject).toBe('Your password was changed');
  });

  it('leaves the other sessions alone when it is told to', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    const passwords = { currentPassword: user.password, newPassword: NEW_PASSWORD };
    const input = { ...passwords, signOutOtherSessions: false };
    expect(await change(user, input)).toMatchObject({ endedSessions: 0 });
    expect(await refresh(service.send, other.refreshToken)).toHaveProperty('tokens');
  });

  it('refuses a weak one (requirement 3), and changes nothing', async () => {
    const user = await signUpUser(service.send);
    const input = { currentPassword: user.password, newPassword: 'password1' };
    expect(await change(user, input)).toMatchObject({
      __typename: 'WeakPassword',
      reasons: ['COMMON'],
    });
    expect(await signIn(user.email, user.password)).toMatchObject({ __typename: 'SignedIn' });
  });

  it('is nothing for strangers', async () => {
    const input = { currentPassword: GOOD_PASSWORD, newPassword: NEW_PASSWORD };
    await expect(call(operations.CHANGE_PASSWORD, { input })).rejects.toThrow('UNAUTHENTICATED');
  });
});

describe.concurrent('verifying an address', () => {
  it('follows the link of a mail', async () => {
    const user = await signUpUser(service.send);
    expect(await call('{ me { emailVerified } }', {}, user)).toEqual({ emailVerified: false });
    expect(await call(operations.REQUEST_VERIFICATION, {}, user)).toMatchObject({
      __typename: 'Accepted',
    });
    const { url, token } = linkIn(await mail.mailTo(user.email));
    expect(url.pathname).toBe('/verify-email');
    expect(await call(operations.VERIFY, { token })).toEqual({
      __typename: 'EmailVerified',
      user: { id: user.id },
    });
    expect(await call('{ me { emailVerified } }', {}, user)).toEqual({ emailVerified: true });
    expect(await call(operations.VERIFY, { token })).toMatchObject({ reason: 'USED' });
  });

  it('sends no mail when it is done', async () => {
    const user = await signUpUser(service.send);
    await service.sql('update users set email_verified_at = now() where id = ?', [user.id]);
    await call(operations.REQUEST_VERIFICATION, {}, user);
    await resetToken(user);
    expect(mail.mailsTo(user.email)).toHaveLength(1);
  });

  it('takes no link that went to an address before', async () => {
    const user = await signUpUser(service.send);
    await call(operations.REQUEST_VERIFICATION, {}, user);
    const { token } = linkIn(await mail.mailTo(user.email));
    await service.sql(
      "update users set email = 'new@example.net', email_normalized = 'new@example.net' where id = ?",
      [user.id],
    );
    expect(await call(operations.VERIFY, { token })).toMatchObject({ reason: 'EXPIRED' });
  });
});

describe.concurrent('changing the address', () => {
  const ask = (user: TestUser, newEmail: string, currentPassword = user.password) =>
    call(operations.REQUEST_CHANGE, { input: { newEmail, currentPassword } }, user);

  it('asks the new one, tells the old one, and ends the other sessions', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user);
    const next = `next-${user.email}`;
    expect(await ask(user, next)).toMatchObject({ __typename: 'Accepted' });
    const { url, token } = linkIn(await mail.mailTo(next));
    expect(url.pathname).toBe('/confirm-email-change');
    expect((await mail.mailTo(user.email)).subject).toBe('Your email address is about to change');
    expect(await call('{ me { email } }', {}, user)).toEqual({ email: user.email });

    expect(await call(operations.CONFIRM_CHANGE, { token })).toMatchObject({
      user: { id: user.id },
    });
    expect(await call('{ me { email emailVerified } }', {}, user)).toEqual({
      email: next,
      emailVerified: true,
    });
    expect((await mail.mailTo(user.email, 1)).subject).toBe('Your email address was changed');
    expect(await refresh(service.send, other.refreshToken)).toMatchObject({ reason: 'REVOKED' });
    expect(await signIn(next, user.password)).toMatchObject({ __typename: 'SignedIn' });
    expect(await signIn(user.email, user.password)).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    expect(await call(operations.CONFIRM_CHANGE, { token })).toMatchObject({ reason: 'USED' });
  });

  it('needs the current password, and an address', async () => {
    const user = await signUpUser(service.send);
    expect(await ask(user, 'x@example.com', 'a-wrong-guess-9')).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    expect(await ask(user, 'no address')).toMatchObject({ __typename: 'InvalidEmail' });
  });

  it('answers the same for an address that has an account, and sends nothing', async () => {
    const [user, owner] = [await signUpUser(service.send), await signUpUser(service.send)];
    const free = `free-${user.email}`;
    expect(await ask(user, owner.email)).toEqual(await ask(user, free));
    await mail.mailTo(free);
    expect(mail.mailsTo(owner.email)).toEqual([]);
  });

  it('fails when somebody else got the address meanwhile', async () => {
    const user = await signUpUser(service.send);
    const next = `quick-${user.email}`;
    await ask(user, next);
    const { token } = linkIn(await mail.mailTo(next));
    await signUpUser(service.send, next);
    expect(await call(operations.CONFIRM_CHANGE, { token })).toMatchObject({
      __typename: 'EmailTaken',
    });
    expect(await call('{ me { email } }', {}, user)).toEqual({ email: user.email });
  });
});

describe.concurrent('an invitation', () => {
  it('lets whom an administrator made choose a password, and signs them in', async () => {
    const email = 'invited@example.com';
    await createUser(service, {
      email: 'inviter@example.com',
      password: GOOD_PASSWORD,
      roles: ['admin'],
    });
    const inviter = await signIn('inviter@example.com', GOOD_PASSWORD);
    const admin = { ...inviter.tokens, accessToken: inviter.tokens.accessToken };
    const created = await call(operations.CREATE_USER, { input: { email } }, admin);
    expect(created).toMatchObject({ __typename: 'UserCreated' });
    expect(await signIn(email, NEW_PASSWORD)).toMatchObject({ __typename: 'InvalidCredentials' });

    const { url, token } = linkIn(await mail.mailTo(email));
    expect(url.pathname).toBe('/accept-invitation');
    const accept = (password: string) =>
      call(operations.ACCEPT_INVITATION, { input: { token, password } });
    expect(await accept('password1')).toMatchObject({ __typename: 'WeakPassword' });
    expect(await accept(NEW_PASSWORD)).toMatchObject({
      __typename: 'SignedIn',
      user: { id: created.user.id, email, emailVerified: true },
      tokens: { accessToken: expect.any(String) },
    });
    expect(await accept(NEW_PASSWORD)).toMatchObject({ reason: 'USED' });
    expect(await signIn(email, NEW_PASSWORD)).toMatchObject({ __typename: 'SignedIn' });
  });
});

describe.concurrent('deleting one’s account', () => {
  it('needs the password, and leaves nothing', async () => {
    const user = await signUpUser(service.send);
    const remove = (currentPassword: string) =>
      call(operations.DELETE_ME, { input: { currentPassword } }, user);
    expect(await remove('a-wrong-guess-9')).toMatchObject({ __typename: 'InvalidCredentials' });
    expect(await remove(user.password)).toEqual({ __typename: 'AccountDeleted', id: user.id });
    expect(await refresh(service.send, user.refreshToken)).toMatchObject({
      __typename: 'RefreshRejected',
    });
    expect(await signIn(user.email, user.password)).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    expect(await service.sql('select 1 from users where id = ?', [user.id])).toEqual([]);
    expect((await mail.mailTo(user.email)).subject).toBe('Your account was deleted');
    expect((await signUpUser(service.send, user.email)).id).not.toBe(user.id);
  });
});

describe.concurrent('a mail', () => {
  it('is in the language of its reader: by Accept-Language at sign-up, or as they choose', async () => {
    const email = 'heidi@example.com';
    const german = { 'accept-language': 'fr;q=0.2, de-CH, de;q=0.9' };
    const { body } = await service.send(
      `mutation { signUp(input: { email: "${email}", password: "${GOOD_PASSWORD}" }) {
        ... on SignedIn { user { language } tokens { accessToken } } } }`,
      {},
      german,
    );
    const { user, tokens } = body.data.signUp;
    expect(user).toEqual({ language: 'de-CH' });
    await call(operations.REQUEST_RESET, { email });
    const letter = await mail.mailTo(email);
    expect(letter.subject).toBe('Wähle ein neues Passwort');
    expect(letter.html).toContain('<html lang="de">');

    const choose =
      'mutation ($l: String!) { updateMyLanguage(language: $l) { user { language } } }';
    const heidi = { accessToken: tokens.accessToken } as TestUser;
    expect(await call(choose, { l: 'en' }, heidi)).toEqual({ user: { language: 'en' } });
    await expect(call(choose, { l: 'x\r\nBcc: eve' }, heidi)).rejects.toThrow('BAD_USER_INPUT');
    await call(operations.REQUEST_RESET, { email });
    expect((await mail.mailTo(email, 1)).subject).toBe('Choose a new password');
  });

  it('says in its Message-ID which job it is, so that one sent twice is one', async () => {
    const user = await signUpUser(service.send);
    await call(operations.REQUEST_RESET, { email: user.email });
    const { messageId } = await mail.mailTo(user.email);
    const [, id] = /^<([0-9a-f-]{36})@example\.com>$/.exec(messageId) ?? [];
    const found = await service.sql(
      "select state from authgraph_jobs.job where id = ? and name = 'mail.send'",
      [id],
    );
    expect(found).toHaveLength(1);
  });

  it('that the server refuses for good is listed for administrators, without the address', async () => {
    const user = await signUpUser(service.send, 'refused@example.com');
    await call(operations.REQUEST_RESET, { email: user.email });
    const failed = async () =>
      service.sql<{ output: { reason: string } }>(
        "select output from authgraph_jobs.job where name = 'mail.send' and state = 'failed'",
      );
    await until(async () => (await failed()).length === 1, 10_000, 'the job failed');
    expect(JSON.stringify(await failed())).toContain('550');
    expect(JSON.stringify(await failed())).not.toContain(user.email);
  });
});
