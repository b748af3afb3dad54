import { createHash, createPublicKey, randomUUID, verify as verifySignature } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCore, type TestCore } from './harness/core-client.js';
import { FakeClock } from './harness/fake-clock.js';

const clock = new FakeClock();
let core: TestCore;
beforeAll(async () => {
  core = await startCore({ clock });
});
afterAll(() => core[Symbol.asyncDispose]());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Created {
  readonly handle: string;
  readonly access: string;
  readonly refresh: string;
  readonly antiCsrfToken?: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly body: any;
}

async function post(path: string, body: object, version = '5.4', prefix = '') {
  return (await core.call('POST', `${prefix}/recipe/session${path}`, { body, version })).body;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire
function read(body: any): Created {
  const { session, accessToken, refreshToken, antiCsrfToken } = body;
  const tokens = { access: accessToken?.token, refresh: refreshToken?.token };
  return { handle: session?.handle, ...tokens, antiCsrfToken, body };
}

async function create(more: object = {}, version = '5.4', prefix = ''): Promise<Created> {
  const input = {
    userId: randomUUID(),
    userDataInJWT: { plan: 'x' },
    userDataInDatabase: { a: null },
  };
  return read(await post('', { ...input, enableAntiCsrf: false, ...more }, version, prefix));
}

async function refresh(refreshToken: string, more: object = {}, version = '5.4') {
  const input = { refreshToken, enableAntiCsrf: false, useDynamicSigningKey: true, ...more };
  return read(await post('/refresh', input, version));
}

async function verify(accessToken: string, more: object = {}, version = '5.4') {
  const flags = { doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: false };
  return read(await post('/verify', { accessToken, ...flags, ...more }, version));
}

describe('a session', () => {
  it('is answered with exactly what the version knows', async () => {
    const userId = randomUUID();
    const { body } = await create({ userId });
    expect(body).toEqual({
      status: 'OK',
      session: {
        handle: expect.stringMatching(/^[0-9a-f-]{36}$/),
        userId,
        recipeUserId: userId,
        userDataInJWT: { plan: 'x' },
        tenantId: 'public',
      },
      accessToken: { token: expect.any(String), ...timesOf(3_600_000) },
      refreshToken: {
        token: expect.any(String),
        createdTime: clock.now().getTime(),
        expiry: clock.now().getTime() + 144_000 * 60_000,
      },
    });
    const { session } = (await create({ userId }, '3.1')).body;
    expect(Object.keys(session)).toEqual(['handle', 'userId', 'userDataInJWT', 'tenantId']);
  });

  it.each([
    ['5.4', '5'],
    ['4.0', '5'],
    ['3.1', '4'],
  ])('has an access token of its version: %s', async (version, expected) => {
    const { access, refresh: token, body } = await create({}, version);
    expect(decodeProtectedHeader(access)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      version: expected,
      kid: expect.stringMatching(/^d-\d+$/),
    });
    const { userId } = body.session;
    expect(decodeJwt(access)).toEqual({
      iat: expect.any(Number),
      exp: expect.any(Number),
      sub: userId,
      tId: 'public',
      ...(expected === '5' ? { rsub: userId } : {}),
      sessionHandle: body.session.handle,
      refreshTokenHash1: sha256(token),
      parentRefreshTokenHash1: null,
      antiCsrfToken: null,
      plan: 'x',
    });
  });

  it('takes any text for a user, and refuses claims that would pass for ours', async () => {
    expect((await create({ userId: '' })).body.session.userId).toBe('');
    for (const name of ['sub', 'iat', 'exp', 'rsub', 'tId', 'sessionHandle', 'antiCsrfToken']) {
      const body = {
        userId: 'x',
        userDataInJWT: { [name]: 'x' },
        userDataInDatabase: {},
        enableAntiCsrf: false,
      };
      const answer = await core.call('POST', '/recipe/session', { body });
      expect([answer.status, answer.text]).toEqual([
        400,
        'The user payload contains protected field\n',
      ]);
    }
    const allowed = { iss: 'x', aud: 'y', jti: 'z' };
    expect((await create({ userDataInJWT: allowed })).body.session.userDataInJWT).toEqual(allowed);
  });

  it('keeps what the application keeps with it, and loses it when it is revoked', async () => {
    const { handle, body } = await create();
    const found = async () =>
      (await core.call('GET', '/recipe/session', { query: { sessionHandle: handle } })).body;
    expect(await found()).toEqual({
      status: 'OK',
      sessionHandle: handle,
      userId: body.session.userId,
      recipeUserId: body.session.userId,
      userDataInDatabase: { a: null },
      userDataInJWT: { plan: 'x' },
      expiry: body.refreshToken.expiry,
      timeCreated: body.refreshToken.createdTime,
      tenantId: 'public',
    });
    const put = (path: string, data: object) =>
      core.call('PUT', path, { body: { sessionHandle: handle, ...data } });
    await put('/recipe/session/data', { userDataInDatabase: { b: '\u0000' } });
    await put('/recipe/jwt/data', { userDataInJWT: {} });
    expect(await found()).toMatchObject({ userDataInDatabase: { b: '\u0000' }, userDataInJWT: {} });

    const revoked = await post('/remove', { sessionHandles: [handle, randomUUID(), 'x'] });
    expect(revoked).toEqual({ status: 'OK', sessionHandlesRevoked: [handle] });
    const gone = { status: 'UNAUTHORISED', message: 'Session does not exist.' };
    expect(await found()).toEqual(gone);
    expect((await put('/recipe/session/data', { userDataInDatabase: {} })).body).toEqual(gone);
    expect((await put('/recipe/jwt/data', { userDataInJWT: {} })).body).toEqual(gone);
  });

  it('is listed and revoked by user, and over once it has expired', async () => {
    const userId = randomUUID();
    const made = [await create({ userId })];
    clock.advance(1);
    made.push(await create({ userId }));
    const list = async () =>
      (await core.call('GET', '/recipe/session/user', { query: { userId } })).body.sessionHandles;
    expect(await list()).toEqual(made.map(({ handle }) => handle));
    const both = { userId, sessionHandles: [] };
    expect((await core.call('POST', '/recipe/session/remove', { body: both })).status).toBe(400);
    expect((await post('/remove', { userId })).sessionHandlesRevoked).toHaveLength(2);
    expect(await list()).toEqual([]);

    const { refresh: token } = await create({ userId });
    clock.advance(144_000 * 60 + 1);
    expect(await list()).toEqual([]);
    expect((await refresh(token)).body).toEqual({
      status: 'UNAUTHORISED',
      message: 'Session missing in db or has expired',
    });
  });
});

describe('a session of the time before the JWKS', () => {
  it.each(['2.8', '2.18'])(
    'has a token of its own form, for the keys that come along: %s',
    async (version) => {
      const { access, refresh: token, body } = await create({ enableAntiCsrf: true }, version);
      const [header = '', payload = '', signature = ''] = access.split('.');
      const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64').toString());
      expect(header).toBe('eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsInZlcnNpb24iOiIyIn0=');
      expect(decode(payload)).toEqual({
        userId: body.session.userId,
        sessionHandle: body.session.handle,
        refreshTokenHash1: sha256(token),
        antiCsrfToken: body.antiCsrfToken,
        userData: { plan: 'x' },
        timeCreated: body.accessToken.createdTime,
        expiryTime: body.accessToken.expiry,
      });
      const key = Buffer.from(body.jwtSigningPublicKey, 'base64');
      const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
      const signed = Buffer.from(`${header}.${payload}`);
      const isSigned = verifySignature(
        'RSA-SHA256',
        signed,
        publicKey,
        Buffer.from(signature, 'base64'),
      );
      expect(isSigned).toBe(true);
      const { createdTime, expiry } = body.refreshToken;
      expect(body.idRefreshToken).toEqual({ token: expect.any(String), createdTime, expiry });
    },
  );

  it('goes on in that form when it is verified, and in the newer one after a refresh', async () => {
    const { access, refresh: parent, handle } = await create({}, '2.18');
    for (const version of ['2.8', '5.4']) {
      expect((await verify(access, { checkDatabase: true }, version)).body.status).toBe('OK');
    }
    const child = await refresh(parent, {}, '2.18');
    const renewed = await verify(child.access);
    expect(renewed.access.split('.')[0]).toBe(access.split('.')[0]);
    const input = { accessToken: renewed.access, userDataInJWT: { sub: 'theirs' } };
    const regenerated = read(await post('/regenerate', input));
    expect(regenerated.body.session.userDataInJWT).toEqual({ sub: 'theirs' });
    expect(regenerated.access.split('.')[0]).toBe(access.split('.')[0]);
    const upgraded = await refresh(child.refresh);
    expect(decodeProtectedHeader(upgraded.access).version).toBe('5');
    expect(decodeJwt(upgraded.access).sessionHandle).toBe(handle);
  });

  it('is refused when somebody changed its token, and when it has expired', async () => {
    const { access } = await create({}, '2.18');
    const [header = '', payload = '', signature = ''] = access.split('.');
    const content = JSON.parse(Buffer.from(payload, 'base64').toString());
    const other = Buffer.from(JSON.stringify({ ...content, userId: 'other' })).toString('base64');
    for (const forged of [
      [header, other, signature],
      [header, payload, ''],
      [header, payload, signature, 'x'],
      [header],
    ]) {
      const { body } = await verify(forged.join('.'));
      expect(body.status).toBe('TRY_REFRESH_TOKEN');
    }
    clock.advance(3_601);
    const { body } = await verify(access, {}, '2.18');
    expect(body).toMatchObject({ status: 'TRY_REFRESH_TOKEN', message: 'Access token expired' });
  });

  it('is read from the database, and signed by the static key, where the app says so', async () => {
    const coreConfig = {
      access_token_blacklisting: true,
      access_token_signing_key_dynamic: 'false',
    };
    const body = { appId: 'legacy', coreConfig };
    await core.call('PUT', '/recipe/multitenancy/app/v2', { body });
    const inApp = async (path: string, input: object) =>
      post(path, { enableAntiCsrf: false, ...input }, '2.18', '/appid-legacy');
    const data = { userId: 'x', userDataInJWT: {}, userDataInDatabase: {} };
    const { session, accessToken, ...answer } = await inApp('', data);
    expect(answer.jwtSigningPublicKeyList).toHaveLength(1);
    const verifyHere = () =>
      inApp('/verify', { accessToken: accessToken.token, doAntiCsrfCheck: false });
    expect((await verifyHere()).status).toBe('OK');
    const { keys } = (await core.call('GET', '/appid-legacy/.well-known/jwks.json')).body;
    const fixed = keys.find(({ kid }: { kid: string }) => kid.startsWith('s-'));
    const key = createPublicKey({ key: fixed, format: 'jwk' });
    expect(key.export({ format: 'der', type: 'spki' }).toString('base64')).toBe(
      answer.jwtSigningPublicKey,
    );
    await inApp('/remove', { sessionHandles: [session.handle] });
    expect((await verifyHere()).status).toBe('UNAUTHORISED');
  });
});

describe('the lineage of refresh tokens', () => {
  it('gives each who has the parent a child of their own, without a write', async () => {
    const { refresh: parent } = await create();
    const children = await Promise.all([1, 2, 3].map(() => refresh(parent)));
    expect(children.map(({ body }) => body.status)).toEqual(['OK', 'OK', 'OK']);
    expect(new Set(children.map((child) => child.refresh)).size).toBe(3);
    for (const { access } of children) {
      expect(decodeJwt(access).parentRefreshTokenHash1).toBe(sha256(parent));
    }
    expect((await refresh(parent)).body.status).toBe('OK');
  });

  it('goes on with the first child that is used; its siblings and its parent are theft', async () => {
    const { refresh: parent, handle, body } = await create();
    const [a, b] = [await refresh(parent), await refresh(parent)];
    expect((await refresh(a.refresh)).body.status).toBe('OK');
    const { userId } = body.session;
    const theft = {
      status: 'TOKEN_THEFT_DETECTED',
      session: { handle, userId, recipeUserId: userId },
    };
    expect((await refresh(b.refresh)).body).toEqual(theft);
    expect((await refresh(parent)).body).toEqual(theft);
    // The session lives: it is the SDK that ends it.
    expect((await refresh(a.refresh)).body.status).toBe('OK');
  });

  it('goes on with the child whose access token is verified first', async () => {
    const { refresh: parent } = await create();
    const [a, b] = [await refresh(parent), await refresh(parent)];
    const used = await verify(a.access);
    expect(used.body.status).toBe('OK');
    const claims = decodeJwt(used.access);
    expect(claims).toMatchObject({
      parentRefreshTokenHash1: null,
      refreshTokenHash1: sha256(a.refresh),
      plan: 'x',
    });
    expect((await verify(used.access)).body).not.toHaveProperty('accessToken');
    expect((await refresh(parent)).body.status).toBe('TOKEN_THEFT_DETECTED');
    expect((await refresh(b.refresh)).body.status).toBe('TOKEN_THEFT_DETECTED');
    // A sibling's access token is good until it expires, but promotes nothing.
    expect((await verify(b.access)).body).not.toHaveProperty('accessToken');
    expect((await refresh(a.refresh)).body.status).toBe('OK');
  });

  it('lives longer only when a child is used', async () => {
    const { refresh: parent, handle } = await create();
    const expiry = async () =>
      (await core.call('GET', '/recipe/session', { query: { sessionHandle: handle } })).body.expiry;
    const before = await expiry();
    clock.advance(60);
    const child = await refresh(parent);
    expect(await expiry()).toBe(before);
    await refresh(child.refresh);
    expect(await expiry()).toBe(before + 60_000);
  });

  it('takes no token that it did not make, for this app', async () => {
    const { refresh: token } = await create();
    const answers = [
      await refresh('x'),
      await refresh(`${token}x`),
      await refresh(token.replace('.V2', '.V3')),
      await refresh(`A${token.slice(1)}`),
    ];
    for (const { body } of answers) {
      expect(body).toEqual({ status: 'UNAUTHORISED', message: 'Invalid refresh token' });
    }
  });
});

describe('anti-CSRF tokens', () => {
  it('must come along with a refresh, before anything is looked at', async () => {
    const { refresh: token, antiCsrfToken } = await create({ enableAntiCsrf: true });
    expect(antiCsrfToken).toMatch(/^[0-9a-f-]{36}$/);
    const refused = {
      status: 'UNAUTHORISED',
      message: 'Anti CSRF token missing, or not matching',
    };
    expect((await refresh(token, { enableAntiCsrf: true })).body).toEqual(refused);
    const wrong = { enableAntiCsrf: true, antiCsrfToken: 'x' };
    expect((await refresh(token, wrong)).body).toEqual(refused);
    const next = await refresh(token, { enableAntiCsrf: true, antiCsrfToken });
    expect(next.antiCsrfToken).not.toBe(antiCsrfToken);
    expect((await refresh(token)).antiCsrfToken).toBeUndefined();
  });

  it('are checked with an access token when both sides want it', async () => {
    const { access, antiCsrfToken } = await create({ enableAntiCsrf: true });
    const both = { enableAntiCsrf: true, doAntiCsrfCheck: true };
    expect((await verify(access, both)).body).toEqual({
      status: 'TRY_REFRESH_TOKEN',
      message: 'anti-csrf check failed',
    });
    expect((await verify(access, { ...both, antiCsrfToken })).body.status).toBe('OK');
    expect((await verify(access, { enableAntiCsrf: true })).body.status).toBe('OK');
    const without = await create();
    expect((await verify(without.access, both)).body.status).toBe('TRY_REFRESH_TOKEN');
  });
});

describe('verifying and regenerating', () => {
  it('asks for a refresh once the access token has expired, and for a token that is none', async () => {
    const { access } = await create();
    for (const token of ['x', `${access}x`, access.replace(/^[^.]+/, btoa('{"alg":"none"}'))]) {
      expect((await verify(token)).body.status).toBe('TRY_REFRESH_TOKEN');
    }
    clock.advance(3_601);
    expect((await verify(access)).body).toEqual({
      status: 'TRY_REFRESH_TOKEN',
      message: 'Access token expired',
    });
  });

  it('asks the database when it should: for a session that is over, and for other claims', async () => {
    const { access, handle } = await create();
    const body = { sessionHandle: handle, userDataInJWT: { plan: 'y' } };
    await core.call('PUT', '/recipe/jwt/data', { body });
    expect((await verify(access)).body.session.userDataInJWT).toEqual({ plan: 'x' });
    const changed = await verify(access, { checkDatabase: true });
    expect(changed.body.session.userDataInJWT).toEqual({ plan: 'y' });
    expect(decodeJwt(changed.access)).toMatchObject({ plan: 'y' });

    await post('/remove', { sessionHandles: [handle] });
    expect((await verify(access)).body.status).toBe('OK');
    expect((await verify(access, { checkDatabase: true })).body).toEqual({
      status: 'UNAUTHORISED',
      message: 'Either the session has ended or has been blacklisted',
    });
  });

  it('regenerates with other claims and the same expiry; without a token once that is over', async () => {
    const { access } = await create();
    clock.advance(10);
    const input = { accessToken: access, userDataInJWT: { plan: 'z' } };
    const renewed = read(await post('/regenerate', input));
    expect(decodeJwt(renewed.access)).toEqual({
      ...decodeJwt(access),
      iat: Math.floor(clock.now().getTime() / 1000),
      plan: 'z',
    });
    expect((await post('/regenerate', { accessToken: access })).session.userDataInJWT).toEqual({
      plan: 'z',
    });
    clock.advance(3_600);
    const over = await post('/regenerate', { accessToken: access });
    expect([over.status, over.accessToken]).toEqual(['OK', undefined]);
  });

  it('regenerates no token that it did not sign', async () => {
    const { access } = await create();
    const [header, payload] = access.split('.');
    const forged = `${header}.${payload}.${'A'.repeat(342)}`;
    expect((await post('/regenerate', { accessToken: forged })).status).toBe('UNAUTHORISED');
  });
});

describe('signing keys', () => {
  it('are static or dynamic as the session says, and a refresh can change that', async () => {
    const { access, refresh: token } = await create({ useDynamicSigningKey: false });
    expect(decodeProtectedHeader(access).kid).toMatch(/^s-/);
    const older = await refresh(token, { useDynamicSigningKey: undefined }, '4.0');
    expect(decodeProtectedHeader(older.access).kid).toMatch(/^s-/);
    const changed = await refresh(token, { useDynamicSigningKey: true });
    expect(decodeProtectedHeader(changed.access).kid).toMatch(/^d-/);
    const renewed = await post('/regenerate', { accessToken: access });
    expect(decodeProtectedHeader(renewed.accessToken.token).kid).toMatch(/^d-/);
  });

  it('rotate in an app that says how fast; older tokens still verify', async () => {
    const coreConfig = {
      access_token_dynamic_signing_key_update_interval: '0.001',
      access_token_validity: 20,
    };
    const prefix = '/appid-fast';
    const body = { appId: 'fast', coreConfig };
    await core.call('PUT', '/recipe/multitenancy/app/v2', { body });
    const first = await create({}, '5.4', prefix);
    clock.advance(6);
    const second = await create({}, '5.4', prefix);
    expect(decodeProtectedHeader(second.access).kid).not.toBe(
      decodeProtectedHeader(first.access).kid,
    );
    const flags = { doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: true };
    const verified = await post('/verify', { accessToken: first.access, ...flags }, '5.4', prefix);
    expect(verified.status).toBe('OK');
    // Another app's token is nobody's here.
    expect((await verify(first.access)).body.status).toBe('TRY_REFRESH_TOKEN');
  });
});

function timesOf(ms: number) {
  const createdTime = Math.floor(clock.now().getTime() / 1000) * 1000;
  return { createdTime, expiry: createdTime + ms };
}
