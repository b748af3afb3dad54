import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase32, totpOf } from '../src/apis/supertokens/totp/totp.policy.js';
import { type CoreRequest, startCore, type TestCore } from './harness/core-client.js';
import { FakeClock } from './harness/fake-clock.js';
import { bearer, GOOD_PASSWORD, ME, SIGN_IN } from './harness/graphql-client.js';

const clock = new FakeClock();
let core: TestCore;
beforeAll(async () => {
  const env = {
    AUTHGRAPH_LIMITS: 'accounts',
    AUTHGRAPH_SUPERTOKENS_LIMIT_SIGN_IN_PER_ACCOUNT: '3/15m',
  };
  core = await startCore({ clock, env });
});
afterAll(() => core[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
async function answer(method: string, path: string, request: CoreRequest): Promise<any> {
  const { status, text, body } = await core.call(method, path, request);
  return status === 200 ? body : `${status} ${text}`;
}
const post = (path: string, body: object, version = '5.4') =>
  answer('POST', path, { body, version });
const put = (path: string, body: object, version = '5.4') => answer('PUT', path, { body, version });
const get = (path: string, query: Record<string, string> = {}, version = '5.4') =>
  answer('GET', path, { query, version });

const someEmail = () => `${randomUUID()}@recipes.example.com`;
async function signUp(email = someEmail(), prefix = '') {
  const { user } = await post(`${prefix}/recipe/signup`, { email, password: GOOD_PASSWORD });
  return { id: user.id as string, email, user };
}
const UNKNOWN_USER = { status: 'UNKNOWN_USER_ID_ERROR' };
const OK = { status: 'OK' };

describe('EmailPassword', () => {
  it('signs up and in, with exactly the keys of the version', async () => {
    const email = ` ${someEmail().toUpperCase()} `;
    const normal = email.trim().toLowerCase();
    const made = await post('/recipe/signup', { email, password: 'x' });
    const id = made.user.id;
    const method = {
      tenantIds: ['public'],
      recipeUserId: id,
      verified: false,
      timeJoined: clock.now().getTime(),
      recipeId: 'emailpassword',
      email: normal,
    };
    const user = {
      id,
      isPrimaryUser: false,
      tenantIds: ['public'],
      timeJoined: clock.now().getTime(),
      emails: [normal],
      phoneNumbers: [],
      thirdParty: [],
      webauthn: { credentialIds: [] },
      loginMethods: [method],
    };
    expect(made).toEqual({ status: 'OK', user, recipeUserId: id });
    const credentials = { email, password: 'x' };
    expect(await post('/recipe/signin', credentials)).toEqual(made);
    const { webauthn: _, ...without } = user;
    expect((await post('/recipe/signin', credentials, '5.2')).user).toEqual(without);
    const { timeJoined, tenantIds } = user;
    expect(await post('/recipe/signin', credentials, '3.1')).toEqual({
      status: 'OK',
      user: { id, timeJoined, tenantIds, email: normal },
    });
    expect(await post('/recipe/signup', { email: normal, password: 'y' })).toEqual({
      status: 'EMAIL_ALREADY_EXISTS_ERROR',
    });
    for (const wrong of [
      { email, password: 'y' },
      { email: 'nobody', password: 'x' },
    ]) {
      expect(await post('/recipe/signin', wrong)).toEqual({ status: 'WRONG_CREDENTIALS_ERROR' });
    }
    expect(await post('/recipe/signup', { email: 'a', password: '' })).toBe(
      '400 Password cannot be an empty string\n',
    );
  });

  it('changes address and password together, or neither', async () => {
    const [one, two] = [await signUp(), await signUp()];
    const change = (body: object, version?: string) => put('/recipe/user', body, version);
    const taken = { recipeUserId: one.id, email: two.email, password: 'new' };
    expect(await change(taken)).toEqual({ status: 'EMAIL_ALREADY_EXISTS_ERROR' });
    const signIn = (email: string, password: string) => post('/recipe/signin', { email, password });
    expect((await signIn(one.email, GOOD_PASSWORD)).status).toBe('OK');

    const email = someEmail();
    expect(await change({ userId: one.id, email, password: 'new' }, '3.1')).toEqual(OK);
    expect((await signIn(email, 'new')).status).toBe('OK');
    expect((await signIn(one.email, 'new')).status).toBe('WRONG_CREDENTIALS_ERROR');
    expect(await change({ recipeUserId: 'nobody', password: 'x' })).toEqual(UNKNOWN_USER);
    expect(await change({ recipeUserId: one.id })).toBe(
      '400 You have to provide either email or password.\n',
    );
  });

  it('counts wrong passwords of an account, until it is recovered', async () => {
    const [{ id, email }, other] = [await signUp(), await signUp()];
    const signIn = (of: string, password: string) =>
      post('/recipe/signin', { email: of, password });
    const guesses = await Promise.all(Array.from({ length: 8 }, () => signIn(email, 'wrong')));
    expect(guesses.filter((answer) => answer.status === 'WRONG_CREDENTIALS_ERROR')).toHaveLength(3);
    expect(await signIn(email, GOOD_PASSWORD)).toMatch(/^429 Too many attempts/);
    expect(await signIn(other.email, GOOD_PASSWORD)).toMatchObject(OK);
    expect(await put('/recipe/user', { recipeUserId: id, password: 'recovered' })).toEqual(OK);
    expect(await signIn(email, 'recovered')).toMatchObject(OK);
  });

  it('resets with any of a user’s tokens, once, and not later than an hour', async () => {
    const { id, email } = await signUp();
    const token = async (more = {}) =>
      (await post('/recipe/user/password/reset/token', { userId: id, email, ...more })).token;
    const consume = (value: string) =>
      post('/recipe/user/password/reset/token/consume', { token: value });
    const invalid = { status: 'RESET_PASSWORD_INVALID_TOKEN_ERROR' };
    const [first, second] = [await token(), await token({ email: 'Raw@X.y' })];
    expect(await consume(second)).toEqual({ status: 'OK', userId: id, email: 'Raw@X.y' });
    expect(await consume(second)).toEqual(invalid);
    expect(await consume(first)).toEqual(invalid); // one spends them all
    const third = await token();
    const answers = await Promise.all([consume(third), consume(third), consume(third)]);
    expect(answers.filter(({ status }) => status === 'OK')).toHaveLength(1);
    const late = await token();
    clock.advance(3_601);
    expect(await consume(late)).toEqual(invalid);

    const body = { method: 'token', token: await token(), newPassword: 'newer' };
    expect(await post('/recipe/user/password/reset', body, '3.1')).toEqual({
      status: 'OK',
      userId: id,
    });
    expect((await post('/recipe/signin', { email, password: 'newer' })).status).toBe('OK');
    const unknown = { userId: 'nobody', email };
    expect(await post('/recipe/user/password/reset/token', unknown)).toEqual(UNKNOWN_USER);
  });
});

describe('a disabled user', () => {
  it('neither signs in nor refreshes, and gets no session', async () => {
    const { id, email } = await signUp();
    const input = { userId: id, userDataInJWT: {}, userDataInDatabase: {}, enableAntiCsrf: false };
    const { refreshToken } = await post('/recipe/session', input);
    await core.service.sql('update users set disabled_at = now() where id = ?', [id]);
    expect(await post('/recipe/signin', { email, password: GOOD_PASSWORD })).toEqual({
      status: 'WRONG_CREDENTIALS_ERROR',
    });
    const refresh = {
      refreshToken: refreshToken.token,
      enableAntiCsrf: false,
      useDynamicSigningKey: true,
    };
    expect((await post('/recipe/session/refresh', refresh)).status).toBe('UNAUTHORISED');
    expect(await post('/recipe/session', input)).toBe('403 The user is disabled\n');
  });
});

describe('EmailVerification', () => {
  it('is shown on both sides, and holds again when an address comes back', async () => {
    const { id, email } = await signUp();
    const isVerified = async (of = email) =>
      (await get('/recipe/user/email/verify', { userId: id, email: of })).isVerified;
    const { token } = await post('/recipe/user/email/verify/token', { userId: id, email });
    const consume = { method: 'token', token };
    expect(await post('/recipe/user/email/verify', consume)).toEqual({
      status: 'OK',
      userId: id,
      email,
    });
    expect(await post('/recipe/user/email/verify', consume)).toEqual({
      status: 'EMAIL_VERIFICATION_INVALID_TOKEN_ERROR',
    });
    expect(await post('/recipe/user/email/verify/token', { userId: id, email })).toEqual({
      status: 'EMAIL_ALREADY_VERIFIED_ERROR',
    });
    expect((await get('/user/id', { userId: id })).user.loginMethods[0].verified).toBe(true);
    const { body } = await core.service.send(SIGN_IN, {
      input: { email, password: GOOD_PASSWORD },
    });
    const token2 = body.data.signIn.tokens.accessToken;
    const me = await core.service.send('{ me { emailVerified } }', {}, bearer(token2));
    expect(me.body.data.me.emailVerified).toBe(true);

    const other = someEmail();
    await put('/recipe/user', { recipeUserId: id, email: other });
    expect((await get('/user/id', { userId: id })).user.loginMethods[0].verified).toBe(false);
    await put('/recipe/user', { recipeUserId: id, email });
    expect((await get('/user/id', { userId: id })).user.loginMethods[0].verified).toBe(true);

    expect(await post('/recipe/user/email/verify/remove', { userId: id, email })).toEqual(OK);
    expect(await isVerified()).toBe(false);
  });

  it('is of any user, known here or not', async () => {
    const address = { userId: 'whoever', email: 'x' };
    const { token } = await post('/recipe/user/email/verify/token', address);
    expect((await post('/recipe/user/email/verify', { method: 'token', token })).status).toBe('OK');
    expect((await get('/recipe/user/email/verify', address)).isVerified).toBe(true);
  });
});

describe('UserMetadata and UserRoles', () => {
  it('merges at the top only', async () => {
    const userId = randomUUID();
    const save = (metadataUpdate: object) =>
      put('/recipe/user/metadata', { userId, metadataUpdate });
    await save({ a: 1, b: { c: 1, d: null }, e: '\u0000' });
    expect(await save({ a: null, b: { x: null }, __proto__x: 1 })).toEqual({
      status: 'OK',
      metadata: { b: { x: null }, e: '\u0000', __proto__x: 1 },
    });
    await post('/recipe/user/metadata/remove', { userId });
    expect((await get('/recipe/user/metadata', { userId })).metadata).toEqual({});
  });

  it('gives roles in a tenant, and what they permit', async () => {
    const [role, userId] = [randomUUID(), 'any one'];
    const unknown = { status: 'UNKNOWN_ROLE_ERROR' };
    expect(await put('/recipe/user/role', { userId, role })).toEqual(unknown);
    expect(await get('/recipe/role/permissions', { role })).toEqual(unknown);
    const save = (permissions: string[]) => put('/recipe/role', { role: ` ${role} `, permissions });
    expect((await save(['read'])).createdNewRole).toBe(true);
    expect((await save(['write'])).createdNewRole).toBe(false);
    expect((await get('/recipe/role/permissions', { role })).permissions).toEqual([
      'read',
      'write',
    ]);
    expect((await put('/recipe/user/role', { userId, role })).didUserAlreadyHaveRole).toBe(false);
    expect((await put('/recipe/user/role', { userId, role })).didUserAlreadyHaveRole).toBe(true);
    expect((await get('/recipe/user/roles', { userId })).roles).toEqual([role]);
    expect((await get('/recipe/role/users', { role })).users).toEqual([userId]);
    expect((await get('/recipe/permission/roles', { permission: 'read' })).roles).toContain(role);
    const some = { role, permissions: ['read'] };
    expect(await post('/recipe/role/permissions/remove', some)).toEqual(OK);
    expect((await get('/recipe/role/permissions', { role })).permissions).toEqual(['write']);
    expect((await post('/recipe/user/role/remove', { userId, role })).didUserHaveRole).toBe(true);
    expect((await post('/recipe/role/remove', { role })).didRoleExist).toBe(true);
    expect((await post('/recipe/role/remove', { role })).didRoleExist).toBe(false);
    expect(await put('/recipe/role', { role: ' ' })).toBe(
      "400 Field name 'role' cannot be an empty String\n",
    );
  });
});

describe('roles and metadata of one set of users', () => {
  const SAVE_ROLE = `mutation ($input: SaveRoleInput!) {
    saveRole(input: $input) { __typename ... on Problem { message } }
  }`;
  const ROLES = '{ roles { name scopes } }';
  const USER = 'query ($id: ID!) { user(id: $id) { roles privateMetadata } }';
  const send = async (document: string, variables: object, token = '') => {
    const headers = token === '' ? {} : bearer(token);
    const { body } = await core.service.send(document, variables as never, headers);
    return body.data;
  };
  async function signIn(email: string) {
    const { signIn: done } = await send(SIGN_IN, { input: { email, password: GOOD_PASSWORD } });
    return done.tokens;
  }
  async function administrator(): Promise<string> {
    const { id, email } = await signUp();
    await core.service.sql(`update users set roles = '{admin}' where id = ?`, [id]);
    return (await signIn(email)).accessToken;
  }
  const scopesIn = (token: string) => String(decodeJwt(token).scope ?? '').split(' ');

  it('are shown by both sides, and count in the graph’s tokens', async () => {
    const [admin, { id, email }] = [await administrator(), await signUp()];
    await put('/recipe/role', { role: 'editor', permissions: ['posts:write', 'read all'] });
    await put('/recipe/user/role', { userId: id, role: 'editor' });
    await put('/recipe/user/metadata', {
      userId: id,
      metadataUpdate: { plan: 'pro', a: { b: null } },
    });
    const { user } = await send(USER, { id }, admin);
    expect(user).toEqual({ roles: ['editor'], privateMetadata: { plan: 'pro', a: { b: null } } });
    const { roles } = await send(ROLES, {}, admin);
    expect(roles).toContainEqual({ name: 'editor', scopes: ['posts:write'] });
    const { accessToken } = await signIn(email);
    expect(scopesIn(accessToken)).toEqual(['posts:write']);
    expect(decodeJwt(accessToken).roles).toEqual(['editor']);

    const role = 'author';
    await send(SAVE_ROLE, { input: { name: role, scopes: ['drafts:write'] } }, admin);
    await send(
      'mutation ($id: ID!) { grantRole(userId: $id, role: "author") { __typename } }',
      { id },
      admin,
    );
    expect((await get('/recipe/user/roles', { userId: id })).roles).toEqual(['author', 'editor']);
    expect((await get('/recipe/role/permissions', { role })).permissions).toEqual(['drafts:write']);
    expect((await get('/recipe/role/users', { role })).users).toEqual([id]);
    const patch = { userId: id, private: { since: 2026 } };
    await send(
      'mutation ($input: UpdateUserMetadataInput!) { updateUserMetadata(input: $input) { __typename } }',
      { input: patch },
      admin,
    );
    expect((await get('/recipe/user/metadata', { userId: id })).metadata).toMatchObject({
      plan: 'pro',
      since: 2026,
    });
  });

  it('end the graph’s sessions, not the SDK’s, when a role is taken', async () => {
    const { id, email } = await signUp();
    const role = 'guest';
    await put('/recipe/role', { role, permissions: ['x'] });
    await put('/recipe/user/role', { userId: id, role });
    const { accessToken } = await signIn(email);
    const made = await post('/recipe/session', {
      userId: id,
      userDataInJWT: {},
      userDataInDatabase: {},
      enableAntiCsrf: false,
    });
    expect(await post('/recipe/user/role/remove', { userId: id, role })).toEqual({
      ...OK,
      didUserHaveRole: true,
    });
    expect((await send('{ me { id } }', {}, accessToken)).me).toBeNull();
    const { handle: sessionHandle } = made.session;
    expect((await get('/recipe/session', { sessionHandle })).status).toBe('OK');
    const events = await core.service.sql<{ type: string; via: string }>(
      `select type, via from audit_events where user_id = ? and type like 'user.role%' order by at, id`,
      [id],
    );
    expect(events).toEqual([
      { type: 'user.role_granted', via: 'supertokens' },
      { type: 'user.role_revoked', via: 'supertokens' },
    ]);
  });

  it('never let an application’s role or permission into authgraph’s own API', async () => {
    const [admin, { id, email }] = [await administrator(), await signUp()];
    for (const role of ['admin', 'support', 'Chief Editor']) {
      await put('/recipe/role', { role, permissions: ['users:write', 'users:read'] });
      await put('/recipe/user/role', { userId: id, role });
    }
    await send(SAVE_ROLE, { input: { name: 'staff', scopes: ['users:read'] } }, admin);
    await put('/recipe/user/role', { userId: id, role: 'staff' });
    expect((await get('/recipe/user/roles', { userId: id })).roles).toEqual(
      ['admin', 'Chief Editor', 'staff', 'support'].toSorted(),
    );
    expect((await send(USER, { id }, admin)).user.roles).toEqual(['support']);
    const { accessToken } = await signIn(email);
    expect(scopesIn(accessToken)).toEqual(['']);
    const names = (await send(ROLES, {}, admin)).roles.map(({ name }: { name: string }) => name);
    expect(names.filter((name: string) => name === 'admin')).toHaveLength(1);
    expect(names).not.toContain('Chief Editor');
    // And the administrator does not become one of the application's.
    expect((await get('/recipe/role/users', { role: 'admin' })).users).toEqual([id]);
  });

  it('stay with a login method that is linked, and are back when it is on its own', async () => {
    const [one, two] = [await signUp(), await signUp()];
    await put('/recipe/role', { role: 'linked' });
    await put('/recipe/user/role', { userId: two.id, role: 'linked' });
    await put('/recipe/user/metadata', { userId: two.id, metadataUpdate: { a: 1 } });
    await post('/recipe/accountlinking/user/primary', { recipeUserId: one.id });
    const link = { recipeUserId: two.id, primaryUserId: one.id };
    const read = async (userId: string) => [
      (await get('/recipe/user/roles', { userId })).roles,
      (await get('/recipe/user/metadata', { userId })).metadata,
    ];
    await post('/recipe/accountlinking/user/link', link);
    expect([await read(one.id), await read(two.id)]).toEqual([
      [[], {}],
      [['linked'], { a: 1 }],
    ]);
    await post('/recipe/accountlinking/user/unlink', { recipeUserId: two.id });
    expect([await read(one.id), await read(two.id)]).toEqual([
      [[], {}],
      [['linked'], { a: 1 }],
    ]);
  });

  it('refuse metadata of a user that the graph could not show', async () => {
    const { id: userId } = await signUp();
    for (const value of ['\u0000', '\ud800']) {
      expect(await put('/recipe/user/metadata', { userId, metadataUpdate: { value } })).toBe(
        '400 Metadata of a user is well-formed Unicode without U+0000\n',
      );
    }
    const metadataUpdate = { value: '\\u0000 \u0001 \n' };
    expect((await put('/recipe/user/metadata', { userId, metadataUpdate })).metadata).toEqual(
      metadataUpdate,
    );
  });
});

describe('ThirdParty', () => {
  it('knows a user by the provider’s id, and follows their address', async () => {
    const thirdPartyUserId = randomUUID();
    const signIn = (id: string, isVerified = false, version?: string) =>
      post(
        '/recipe/signinup',
        { thirdPartyId: 'password', thirdPartyUserId, email: { id, isVerified } },
        version,
      );
    const [email, other] = [someEmail(), someEmail()];
    const made = await signIn(email, true);
    expect(made).toMatchObject({
      createdNewUser: true,
      user: {
        thirdParty: [{ id: 'password', userId: thirdPartyUserId }],
        loginMethods: [{ recipeId: 'thirdparty', verified: true, email }],
      },
    });
    const again = await signIn(other);
    expect(again).toMatchObject({
      createdNewUser: false,
      user: { id: made.user.id, emails: [other], loginMethods: [{ verified: false }] },
    });
    const query = { thirdPartyId: 'password', thirdPartyUserId, doUnionOfAccountInfo: 'false' };
    expect((await get('/users/by-accountinfo', query)).users[0].id).toBe(made.user.id);
    const older = await answer('GET', '/recipe/user', {
      query: { thirdPartyId: 'password', thirdPartyUserId },
      version: '3.1',
      rid: 'thirdparty',
    });
    expect(older.user.thirdParty).toEqual({ id: 'password', userId: thirdPartyUserId });
    expect((await get('/recipe/users/by-email', { email: other }, '3.1')).users).toHaveLength(1);
  });
});

describe('Passwordless', () => {
  const start = (body: object) => post('/recipe/signinup/code', body);
  const consume = (body: object, version?: string) =>
    post('/recipe/signinup/code/consume', body, version);

  it('signs in with a link or a code, and verifies the address', async () => {
    const email = someEmail();
    const { preAuthSessionId, linkCode } = await start({ email });
    const first = await consume({ preAuthSessionId, linkCode });
    expect(first).toMatchObject({
      createdNewUser: true,
      user: { emails: [email], loginMethods: [{ recipeId: 'passwordless', verified: true }] },
      consumedDevice: { preAuthSessionId, failedCodeInputAttemptCount: 0, email },
    });
    expect(await consume({ preAuthSessionId, linkCode })).toEqual({ status: 'RESTART_FLOW_ERROR' });
    const code = await start({ email });
    expect(code.userInputCode).toMatch(/^\d{6}$/);
    const { deviceId, userInputCode } = code;
    const input = { preAuthSessionId: code.preAuthSessionId, deviceId, userInputCode };
    expect((await post('/recipe/signinup/code/check', input)).consumedDevice.email).toBe(email);
    expect(await consume(input)).toMatchObject({
      createdNewUser: false,
      user: { id: first.user.id },
    });
  });

  it('counts wrong codes, and takes the device with the last', async () => {
    const { preAuthSessionId, deviceId } = await start({
      phoneNumber: '+49 30 1234567',
      userInputCode: 'right',
    });
    const input = { preAuthSessionId, deviceId, userInputCode: 'wrong' };
    for (let count = 1; count < 5; count += 1) {
      expect(await consume(input)).toEqual({
        status: 'INCORRECT_USER_INPUT_CODE_ERROR',
        failedCodeInputAttemptCount: count,
        maximumCodeInputAttempts: 5,
      });
    }
    expect(await consume(input)).toEqual({ status: 'RESTART_FLOW_ERROR' });
    expect(await consume({ ...input, userInputCode: 'right' })).toEqual({
      status: 'RESTART_FLOW_ERROR',
    });
  });

  it('gives a device further codes, says which expired, and lists them', async () => {
    const phoneNumber = '+493012345678';
    const { preAuthSessionId, deviceId } = await start({ phoneNumber, userInputCode: 'one' });
    expect(await start({ deviceId, userInputCode: 'one' })).toEqual({
      status: 'USER_INPUT_CODE_ALREADY_USED_ERROR',
    });
    const { codeId } = await start({ deviceId, userInputCode: 'two' });
    const { devices } = await get('/recipe/signinup/codes', { preAuthSessionId });
    expect(devices[0]).toMatchObject({ phoneNumber, failedCodeInputAttemptCount: 0 });
    expect(devices[0].codes).toHaveLength(2);
    await post('/recipe/signinup/code/remove', { codeId });
    const input = { preAuthSessionId, deviceId, userInputCode: 'one' };
    clock.advance(901);
    expect((await consume(input)).status).toBe('EXPIRED_USER_INPUT_CODE_ERROR');
    await post('/recipe/signinup/codes/remove', { phoneNumber });
    expect(await consume(input)).toEqual({ status: 'RESTART_FLOW_ERROR' });
    expect(await start({ deviceId: 'not base64!' })).toBe('400 Input encoding error in deviceId\n');
    expect(await consume({ ...input, preAuthSessionId: 'other' })).toBe(
      "400 preAuthSessionId and deviceId doesn't match\n",
    );
  });

  it('changes and clears address and number, but not both', async () => {
    const email = someEmail();
    const { preAuthSessionId, linkCode } = await start({ email });
    const { recipeUserId } = await consume({ preAuthSessionId, linkCode });
    const change = (body: object) =>
      answer('PUT', '/recipe/user', { body: { recipeUserId, ...body }, rid: 'passwordless' });
    const phoneNumber = '+493012345699';
    expect(await change({ phoneNumber })).toEqual(OK);
    expect(await change({ email: null })).toEqual(OK);
    expect((await get('/user/id', { userId: recipeUserId })).user).toMatchObject({
      emails: [],
      phoneNumbers: [phoneNumber],
    });
    expect(await change({ phoneNumber: null })).toBe(
      '400 You cannot clear both email and phone number of a user\n',
    );
  });
});

describe('ids of the application', () => {
  it('take the place of ours in every answer, and work in every question', async () => {
    const { id, email } = await signUp();
    const externalUserId = `ext-${randomUUID()}`;
    const map = (body: object) =>
      post('/recipe/userid/map', { superTokensUserId: id, externalUserId, ...body });
    expect(await map({ superTokensUserId: 'nobody' })).toEqual({
      status: 'UNKNOWN_SUPERTOKENS_USER_ID_ERROR',
    });
    expect(await map({})).toEqual(OK);
    expect(await map({})).toEqual({
      status: 'USER_ID_MAPPING_ALREADY_EXISTS_ERROR',
      doesSuperTokensUserIdExist: true,
      doesExternalUserIdExist: true,
    });
    const { user, recipeUserId } = await post('/recipe/signin', { email, password: GOOD_PASSWORD });
    expect([user.id, user.loginMethods[0].recipeUserId, recipeUserId]).toEqual(
      Array(3).fill(externalUserId),
    );
    for (const userId of [id, externalUserId]) {
      expect((await get('/user/id', { userId })).user.id).toBe(externalUserId);
      expect(await get('/recipe/userid/map', { userId })).toEqual({
        status: 'OK',
        superTokensUserId: id,
        externalUserId,
      });
    }
    const session = {
      userId: id,
      userDataInJWT: {},
      userDataInDatabase: {},
      enableAntiCsrf: false,
    };
    expect((await post('/recipe/session', session)).session.userId).toBe(externalUserId);
    expect(await post('/recipe/userid/map/remove', { userId: id })).toBe(
      '400 UserId is already in use in Session recipe\n',
    );
    const forced = { userId: id, force: true };
    expect((await post('/recipe/userid/map/remove', forced)).didMappingExist).toBe(true);
    expect(await get('/recipe/userid/map', { userId: id })).toEqual({
      status: 'UNKNOWN_MAPPING_ERROR',
    });
  });

  it('are refused while the id of ours is in use', async () => {
    const { id } = await signUp();
    await put('/recipe/user/metadata', { userId: id, metadataUpdate: { a: 1 } });
    expect(await post('/recipe/userid/map', { superTokensUserId: id, externalUserId: 'e2' })).toBe(
      '400 UserId is already in use in UserMetadata recipe\n',
    );
  });
});

describe('AccountLinking', () => {
  it('makes a primary user, links another to it, and takes them apart', async () => {
    const one = await signUp();
    clock.advance(1);
    const two = await signUp();
    const primary = (recipeUserId: string) =>
      post('/recipe/accountlinking/user/primary', { recipeUserId });
    const link = (recipeUserId: string, primaryUserId: string) =>
      post('/recipe/accountlinking/user/link', { recipeUserId, primaryUserId });
    expect(await link(two.id, one.id)).toEqual({ status: 'INPUT_USER_IS_NOT_A_PRIMARY_USER' });
    expect(await primary(one.id)).toMatchObject({
      wasAlreadyAPrimaryUser: false,
      user: { isPrimaryUser: true },
    });
    expect((await primary(one.id)).wasAlreadyAPrimaryUser).toBe(true);
    const query = { recipeUserId: two.id, primaryUserId: one.id };
    expect(await get('/recipe/accountlinking/user/link/check', query)).toEqual({
      status: 'OK',
      accountsAlreadyLinked: false,
    });
    const linked = await link(two.id, one.id);
    expect(linked.user).toMatchObject({ id: one.id, emails: [one.email, two.email] });
    expect((await link(two.id, one.id)).accountsAlreadyLinked).toBe(true);
    for (const { id, email } of [one, two]) {
      expect((await get('/user/id', { userId: id })).user.id).toBe(one.id);
      const signedIn = await post('/recipe/signin', { email, password: GOOD_PASSWORD });
      expect([signedIn.user.id, signedIn.recipeUserId]).toEqual([one.id, id]);
    }
    const input = { email: two.email, password: GOOD_PASSWORD };
    const inGraph = await core.service.send(SIGN_IN, { input });
    expect(inGraph.body.data.signIn.user.id).toBe(one.id);
    expect(await primary(two.id)).toMatchObject({
      status: 'RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR',
      primaryUserId: one.id,
    });
    const unlink = (recipeUserId: string) =>
      post('/recipe/accountlinking/user/unlink', { recipeUserId });
    expect(await unlink(two.id)).toEqual({ ...OK, wasRecipeUserDeleted: false, wasLinked: true });
    expect((await get('/user/id', { userId: two.id })).user).toMatchObject({
      id: two.id,
      isPrimaryUser: false,
    });
    await link(two.id, one.id);
    expect((await unlink(one.id)).wasRecipeUserDeleted).toBe(true);
    expect((await get('/user/id', { userId: one.id })).user.emails).toEqual([two.email]);
    expect(await unlink('nobody')).toBe('400 Unknown user ID provided\n');
  });

  it('lets an address belong to one primary user of a tenant', async () => {
    const { id, email } = await signUp();
    await post('/recipe/accountlinking/user/primary', { recipeUserId: id });
    const third = await post('/recipe/signinup', {
      thirdPartyId: 'github',
      thirdPartyUserId: randomUUID(),
      email: { id: email, isVerified: true },
    });
    const body = { recipeUserId: third.recipeUserId };
    expect(await post('/recipe/accountlinking/user/primary', body)).toEqual({
      status: 'ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR',
      primaryUserId: id,
      description: "This user's email is already associated with another user ID",
    });
  });
});

describe('apps and tenants', () => {
  it('are isolated from each other', async () => {
    const key = 'another-key-of-an-app-1234567890';
    const coreConfig = { api_keys: key };
    expect(await put('/recipe/multitenancy/app/v2', { appId: 'a1', coreConfig })).toEqual({
      status: 'OK',
      createdNew: true,
    });
    const { email } = await signUp();
    const headers = { 'api-key': key };
    const body = { email, password: GOOD_PASSWORD };
    const signIn = () => core.call('POST', '/appid-a1/recipe/signin', { body, headers });
    expect((await signIn()).body).toEqual({ status: 'WRONG_CREDENTIALS_ERROR' });
    await core.call('POST', '/appid-a1/recipe/signup', { body, headers });
    expect((await signIn()).body.status).toBe('OK');
    const count = await core.call('GET', '/appid-a1/users/count', { headers });
    expect(count.body.count).toBe(1);
    expect((await core.call('GET', '/appid-a1/users/count')).status).toBe(401);
    const unknown = { appId: 'a2', coreConfig: { foo: 1 } };
    expect(await put('/recipe/multitenancy/app/v2', unknown)).toBe(
      '400 Invalid core config: Invalid config key: foo\n',
    );
    expect(await post('/recipe/multitenancy/app/remove', { appId: 'a1' })).toEqual({
      status: 'OK',
      didExist: true,
    });
    expect((await post('/recipe/multitenancy/app/remove', { appId: 'a1' })).didExist).toBe(false);
  });

  it('have users, providers and factors of their own in each tenant', async () => {
    const tenant = { tenantId: 'T1', firstFactors: ['emailpassword'] };
    expect((await put('/recipe/multitenancy/tenant/v2', tenant)).createdNew).toBe(true);
    expect((await put('/recipe/multitenancy/tenant/v2', tenant)).createdNew).toBe(false);
    const { id, email } = await signUp(undefined, '/t1');
    expect((await get('/user/id', { userId: id })).user.tenantIds).toEqual(['t1']);
    const here = await post('/recipe/signin', { email, password: GOOD_PASSWORD });
    expect(here.status).toBe('WRONG_CREDENTIALS_ERROR');
    const associate = (path = '') =>
      post(`/recipe/multitenancy/tenant/user${path}`, { recipeUserId: id });
    expect((await associate()).wasAlreadyAssociated).toBe(false);
    expect((await post('/recipe/signin', { email, password: GOOD_PASSWORD })).status).toBe('OK');
    expect((await associate('/remove')).wasAssociated).toBe(true);

    const config = {
      thirdPartyId: 'google',
      clients: [{ clientId: 'c', scope: null }],
      name: null,
    };
    const provider = {
      thirdPartyId: 'google',
      clients: [{ clientId: 'c' }],
      userInfoMap: { fromIdTokenPayload: {}, fromUserInfoAPI: {} },
    };
    expect((await put('/t1/recipe/multitenancy/config/thirdparty', { config })).createdNew).toBe(
      true,
    );
    expect(await get('/t1/recipe/multitenancy/tenant/v2')).toEqual({
      status: 'OK',
      tenantId: 't1',
      thirdParty: { providers: [provider] },
      firstFactors: ['emailpassword'],
      coreConfig: {},
    });
    expect(await post('/t1/recipe/signinup/code', { email }, '5.0')).toBe(
      '403 Passwordless login not enabled for tenant\n',
    );
    const list = await get('/recipe/multitenancy/tenant/list/v2');
    expect(list.tenants.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual([
      'public',
      't1',
    ]);
    expect((await post('/recipe/multitenancy/tenant/remove', { tenantId: 't1' })).didExist).toBe(
      true,
    );
    expect(await get('/t1/recipe/multitenancy/tenant/v2')).toEqual({
      status: 'TENANT_NOT_FOUND_ERROR',
    });
    expect((await get('/user/id', { userId: id })).user.tenantIds).toEqual([]);
  });
});

describe('TOTP', () => {
  it('verifies a device, then codes of it, each once, and locks after five wrong ones', async () => {
    const userId = 'totp user';
    const made = await post('/recipe/totp/device', { userId, skew: 0, period: 30 });
    expect(made).toEqual({ status: 'OK', deviceName: 'TOTP Device 0', secret: expect.any(String) });
    const code = () => {
      const secret = fromBase32(made.secret) ?? Buffer.alloc(0);
      return totpOf(secret, Math.floor(clock.now().getTime() / 30_000));
    };
    const device = { userId, deviceName: made.deviceName };
    const verify = (totp: string) => post('/recipe/totp/verify', { userId, totp });
    expect(await verify(code())).toEqual(UNKNOWN_USER);
    const first = { ...device, totp: code() };
    expect((await post('/recipe/totp/device/verify', first)).wasAlreadyVerified).toBe(false);
    expect((await verify(first.totp)).status).toBe('INVALID_TOTP_ERROR'); // it was used
    clock.advance(30);
    expect(await verify(code())).toEqual(OK);
    const wrong = code() === '000000' ? '000001' : '000000';
    for (let count = 1; count <= 5; count += 1) {
      expect(await verify(wrong)).toEqual({
        status: 'INVALID_TOTP_ERROR',
        currentNumberOfFailedAttempts: count,
        maxNumberOfFailedAttempts: 5,
      });
    }
    clock.advance(60);
    expect(await verify(code())).toEqual({
      status: 'LIMIT_REACHED_ERROR',
      retryAfterMs: 840_000,
      currentNumberOfFailedAttempts: 5,
      maxNumberOfFailedAttempts: 5,
    });
    clock.advance(841);
    expect(await verify(code())).toEqual(OK);
    expect((await get('/recipe/totp/device/list', { userId })).devices).toEqual([
      { name: 'TOTP Device 0', period: 30, skew: 0, verified: true },
    ]);
    expect((await post('/recipe/totp/device/remove', device)).didDeviceExist).toBe(true);
  });
});

describe('users', () => {
  it('are listed in pages, searched, counted, and deleted with all that is kept of them', async () => {
    const prefix = '/appid-list';
    await put('/recipe/multitenancy/app/v2', { appId: 'list' });
    const made: string[] = [];
    for (let number = 0; number < 5; number += 1) {
      clock.advance(1);
      made.push((await signUp(`u${number}@list.example.com`, prefix)).id);
    }
    const ids = (users: { id: string }[]) => users.map(({ id }) => id);
    const page = await get(`${prefix}/users`, { limit: '2', timeJoinedOrder: 'DESC' });
    expect(ids(page.users)).toEqual([made[4], made[3]]);
    const next = await get(`${prefix}/users`, {
      limit: '10',
      timeJoinedOrder: 'DESC',
      paginationToken: page.nextPaginationToken,
    });
    expect(ids(next.users)).toEqual([made[2], made[1], made[0]]);
    expect(next).not.toHaveProperty('nextPaginationToken');
    expect(ids((await get(`${prefix}/users`, { email: 'U2' })).users)).toEqual([made[2]]);
    expect(ids((await get(`${prefix}/users`, { email: 'list.ex;u0' })).users)).toHaveLength(5);
    expect((await get(`${prefix}/users`, { limit: '1' }, '3.1')).users[0]).toMatchObject({
      recipeId: 'emailpassword',
      user: { id: made[0] },
    });
    expect((await get(`${prefix}/users/count`)).count).toBe(5);
    expect((await get(`${prefix}/users/count`, { includeRecipeIds: 'thirdparty' })).count).toBe(0);
    expect((await get(`${prefix}/users/count/active`, { since: '0' })).count).toBe(5);
    for (const [query, text] of [
      [{ limit: '501' }, 'max limit allowed is 500'],
      [{ limit: '0' }, 'limit must a positive integer with min value 1'],
      [{ timeJoinedOrder: 'x' }, 'timeJoinedOrder can be either ASC OR DESC'],
      [{ includeRecipeIds: 'x' }, 'Unknown recipe ID: x'],
      [{ paginationToken: 'x' }, 'invalid pagination token'],
    ] as const) {
      expect(await get(`${prefix}/users`, query)).toBe(`400 ${text}\n`);
    }

    const userId = made[0] ?? '';
    await put(`${prefix}/recipe/user/metadata`, { userId, metadataUpdate: { a: 1 } });
    expect(await post(`${prefix}/user/remove`, { userId })).toEqual(OK);
    expect(await get(`${prefix}/user/id`, { userId })).toEqual(UNKNOWN_USER);
    expect((await get(`${prefix}/recipe/user/metadata`, { userId })).metadata).toEqual({});
    expect((await get(`${prefix}/users/count`)).count).toBe(4);
  });

  it('leave the graph when they are deleted here', async () => {
    const { id, email } = await signUp();
    const input = { email, password: GOOD_PASSWORD };
    const { body } = await core.service.send(SIGN_IN, { input });
    await post('/user/remove', { userId: id });
    const own = bearer(body.data.signIn.tokens.accessToken);
    expect((await core.service.send(ME, {}, own)).body.errors).toBeDefined();
    const again = await core.service.send(SIGN_IN, { input });
    expect(again.body.data.signIn.__typename).toBe('InvalidCredentials');
  });
});

describe('the dashboard', () => {
  it('signs its own users in, until they are changed or deleted', async () => {
    const [email, password] = [someEmail(), 'a-password-of-8'];
    const create = (body: object) => post('/recipe/dashboard/user', body);
    const { user } = await create({ email, password });
    expect(user).toEqual({ email, userId: user.userId, timeJoined: clock.now().getTime() });
    expect((await create({ email, password })).status).toBe('EMAIL_ALREADY_EXISTS_ERROR');
    expect((await create({ email: 'x', password })).status).toBe('INVALID_EMAIL_ERROR');
    expect((await create({ email, password: 'x' })).status).toBe('PASSWORD_WEAK_ERROR');
    const signIn = (word: string) => post('/recipe/dashboard/signin', { email, password: word });
    expect(await signIn('wrong')).toEqual({ status: 'INVALID_CREDENTIALS_ERROR' });
    const { sessionId } = await signIn(password);
    const verify = () => post('/recipe/dashboard/session/verify', { sessionId });
    expect(await verify()).toEqual({ status: 'OK', email });
    await put('/recipe/dashboard/user', { email, newPassword: 'another-one-1' });
    expect(await verify()).toEqual({ status: 'INVALID_SESSION_ERROR' });
    expect((await signIn('another-one-1')).status).toBe('OK');
    const query = { userId: user.userId };
    const remove = () => answer('DELETE', '/recipe/dashboard/user', { query });
    expect(await remove()).toEqual({ status: 'OK', didUserExist: true });
    expect(await remove()).toEqual({ status: 'OK', didUserExist: false });
  });
});

describe('JWTs', () => {
  it('are signed by the static key unless the dynamic one is wanted', async () => {
    const create = (more: object) =>
      post('/recipe/jwt', {
        algorithm: 'rs256',
        payload: { a: 1 },
        jwksDomain: 'http://x',
        validity: 60,
        ...more,
      });
    expect(decodeProtectedHeader((await create({})).jwt)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^s-/),
    });
    const { jwt } = await create({ useStaticSigningKey: false });
    expect(decodeProtectedHeader(jwt).kid).toMatch(/^d-/);
    expect(await create({ algorithm: 'none' })).toEqual({ status: 'UNSUPPORTED_ALGORITHM_ERROR' });
    expect(await create({ validity: 0 })).toBe('400 validity must be greater than or equal to 0\n');
  });
});
