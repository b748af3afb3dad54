import { accessCookieName, createRequestVerifier, listenForEndedSessions } from '@authgraph/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import { refresh, signInAgain } from './harness/accounts.js';
import {
  type Answer,
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  ME,
  REFRESH,
  type Send,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { createUser, keyRingOf, realmOf, rotateSigningKey } from './harness/service-parts.js';
import { until } from './harness/until.js';

const REALMS = ['default', 'acme', 'globex'] as const;
type RealmId = (typeof REALMS)[number];
const EMAIL = 'alice@users.example.com';
const ENTITY = `query Entity($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) {
  ... on User { id email } } }`;

let service: TestService;
const users = {} as Record<RealmId, TestUser>; // beforeAll makes them
const urlOf = (realm: string) =>
  realm === 'default' ? service.url : `${service.url}/realms/${realm}`;
const at = (realm: string): Send => graphqlClient(urlOf(realm));

beforeAll(async () => {
  service = await startService({ env: { AUTHGRAPH_REFRESH_GRACE: '0s' } });
  const { manage } = service.app.use(realms);
  for (const realm of REALMS.slice(1)) await manage.create(realm, {});
  for (const realm of REALMS) users[realm] = await signUpUser(at(realm), EMAIL);
});
afterAll(() => service[Symbol.asyncDispose]());

describe('one address in several realms', () => {
  it('belongs to a different user in each', () => {
    expect(new Set(REALMS.map((realm) => users[realm].id)).size).toBe(REALMS.length);
  });

  it('is taken only where somebody has it', async () => {
    const input = { email: 'bob@users.example.com', password: GOOD_PASSWORD };
    const answers = [];
    for (const realm of ['acme', 'globex', 'acme']) {
      answers.push((await at(realm)(SIGN_UP, { input })).body.data.signUp.__typename);
    }
    expect(answers).toEqual(['SignedIn', 'SignedIn', 'EmailTaken']);
  });

  it('signs in with the password of that realm and with no other', async () => {
    const input = { email: 'carol@users.example.com', password: GOOD_PASSWORD };
    await at('acme')(SIGN_UP, { input });
    const results = [];
    for (const realm of REALMS) {
      results.push((await at(realm)(SIGN_IN, { input })).body.data.signIn.__typename);
    }
    expect(results).toEqual(['InvalidCredentials', 'SignedIn', 'InvalidCredentials']);
  });
});

const pairs = REALMS.flatMap((home) => REALMS.map((endpoint) => ({ home, endpoint })));
const strange = pairs.filter(({ home, endpoint }) => home !== endpoint);

describe.each(strange)('a token of "$home" at the endpoint of "$endpoint"', (pair) => {
  const { home, endpoint } = pair;
  let user: TestUser;
  beforeAll(async () => {
    user = await signInAgain(at(home), users[home]);
  });

  it.each([
    ['me', '{ me { id } }'],
    ['session', '{ session { id } }'],
    ['_entities', ENTITY],
  ])('is refused by %s', async (_what, query) => {
    const { id } = users[endpoint];
    expectRefused(await at(endpoint)(query, { id }, bearer(user.accessToken)));
  });

  it('finds its user not even by id', async () => {
    const { body } = await at(endpoint)(ENTITY, { id: user.id }, bearer(user.accessToken));
    expect(body.data._entities).toEqual([null]);
  });

  it('is refused as a cookie, and is none there under the name that it has at home', async () => {
    expectRefused(await at(endpoint)(ME, {}, await cookies(user, endpoint)));
    const { body } = await at(endpoint)(ME, {}, await cookies(user, home));
    expect(body.data).toEqual({ me: null, session: null });
  });

  it('is refused by refreshSession in the body, and stays good at home', async () => {
    const answer = await refresh(at(endpoint), user.refreshToken);
    expect(answer).toMatchObject({ __typename: 'RefreshRejected', reason: 'MALFORMED' });
    const renewed = await refresh(at(home), user.refreshToken);
    expect(renewed.__typename).toBe('SessionRefreshed');
    user = { ...user, ...renewed.tokens };
  });

  it('is refused by refreshSession as a cookie', async () => {
    const reasons = [];
    for (const name of [endpoint, home]) {
      const { body } = await at(endpoint)(REFRESH, {}, await cookies(user, name));
      reasons.push(body.data.refreshSession.reason);
    }
    expect(reasons).toEqual(['MALFORMED', 'MISSING']);
  });

  it('ends no session by signOut, by either token', async () => {
    const ways: [object, Record<string, string>][] = [
      [{}, bearer(user.accessToken)],
      [{ input: { refreshToken: user.refreshToken } }, {}],
      [{ input: { refreshToken: user.refreshToken, everywhere: true } }, {}],
      [{}, await cookies(user, endpoint)],
      [{}, await cookies(user, home)],
    ];
    for (const [variables, headers] of ways) {
      const { body } = await at(endpoint)(SIGN_OUT, variables, headers);
      expect(body.data.signOut).toEqual({ endedSessions: 0 });
    }
    const { body } = await at(home)(ME, {}, bearer(user.accessToken));
    expect(body.data.me.id).toBe(user.id);
  });

  it('is refused by another server that trusts this realm', async () => {
    const { issuer } = await realmOf(service, endpoint);
    const jwks = await keyRingOf(service, endpoint);
    const verify = createRequestVerifier({ issuer, audience: issuer, jwks });
    await expect(verify(bearer(user.accessToken))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe.each(REALMS)('the realm "%s"', (realm) => {
  it('serves its own tokens', async () => {
    const user = await signInAgain(at(realm), users[realm]);
    const headers = bearer(user.accessToken);
    const { body } = await at(realm)(ME, {}, headers);
    expect(body.data).toEqual({
      me: { id: user.id, email: EMAIL },
      session: { id: user.sessionId },
    });
    const entity = await at(realm)(ENTITY, { id: user.id }, headers);
    expect(entity.body.data._entities).toEqual([{ id: user.id, email: EMAIL }]);
    expect((await refresh(at(realm), user.refreshToken)).__typename).toBe('SessionRefreshed');
    const { data } = (await at(realm)(SIGN_OUT, {}, headers)).body;
    expect(data.signOut).toEqual({ endedSessions: 1 });
    expect((await at(realm)(ME, {}, headers)).status).toBe(401);
  });

  it('shows its administrator nobody of another realm', async () => {
    const email = 'root@users.example.com';
    await createUser(service, { email, password: GOOD_PASSWORD, roles: ['admin'] }, realm);
    const admin = await signInAgain(at(realm), { ...users[realm], email });
    for (const other of REALMS) {
      const { id } = users[other];
      const { body } = await at(realm)(ENTITY, { id }, bearer(admin.accessToken));
      const isHere = other === realm;
      expect(body.data._entities[0]?.email ?? null).toBe(isHere ? EMAIL : null);
    }
  });

  it('names itself as the issuer, where its keys are', async () => {
    const { issuer } = await realmOf(service, realm);
    const path = '/.well-known/openid-configuration';
    const metadata = await (await fetch(`${urlOf(realm)}${path}`)).json();
    expect(metadata).toMatchObject({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
    // RFC 8414 section 3.1 has the issuer's path after the well-known one, OpenID before it.
    const ofOauth = `/.well-known/oauth-authorization-server${new URL(issuer).pathname}`;
    const inserted = await fetch(`${service.url}${ofOauth.replace(/\/$/, '')}`);
    expect(await inserted.json()).toEqual(metadata);
    expect(claimsOf(users[realm].accessToken)).toMatchObject({ iss: issuer, aud: issuer });
    expect(issuer.endsWith(realm === 'default' ? ':4000' : `/realms/${realm}`)).toBe(true);
  });
});

it('publishes the keys of each realm there and nowhere else', async () => {
  const kids = await Promise.all(REALMS.map(publishedKids));
  expect(new Set(kids.flat()).size).toBe(kids.flat().length);
  expect(kids.map((own) => own.length > 0)).toEqual([true, true, true]);
});

it('leaves the keys of the others alone when it rotates those of one', async () => {
  const before = await Promise.all(REALMS.map(publishedKids));
  await rotateSigningKey(service, 'acme');
  const after = await Promise.all(REALMS.map(publishedKids));
  expect(after.map((kids) => kids.length)).toEqual(before.map(({ length }, i) => length + (i % 2)));
  expect([after[0], after[2]]).toEqual([before[0], before[2]]);
});

it('tells the stream of ended sessions of a realm, and no other, that one ended', async () => {
  const ended = REALMS.map((realm) =>
    listenForEndedSessions({
      issuer: 'http://localhost:4000',
      fetch: (_input, init) => fetch(`${urlOf(realm)}/events/ended-sessions`, init),
    }),
  );
  try {
    await until(() => ended.every(({ connected }) => connected), 2_000, 'the streams are open');
    const known = () => REALMS.map((_, i) => ended[i]?.isEnded(user.sessionId));
    const user = await signInAgain(at('acme'), users.acme);
    await at('acme')(SIGN_OUT, {}, bearer(user.accessToken));
    await until(() => known()[1] === true, 1_000, 'its own stream tells');
    // The default realm's session ends later: what came before it has arrived.
    const later = await signInAgain(service.send, users.default);
    await service.send(SIGN_OUT, {}, bearer(later.accessToken));
    await until(() => ended[0]?.isEnded(later.sessionId) === true, 1_000, 'that one tells, too');
    expect(known()).toEqual([false, true, false]);
    expect(ended[1]?.isEnded(later.sessionId)).toBe(false);
  } finally {
    for (const stream of ended) stream[Symbol.dispose]();
  }
});

it('gives a realm its own settings', async () => {
  const { manage } = service.app.use(realms);
  await manage.set('globex', { accessTokenTtl: '42s', passwordMinLength: '20' });
  const lifetime = async (realm: RealmId) => {
    const { accessToken } = await signInAgain(at(realm), users[realm]);
    const { iat, exp } = claimsOf(accessToken);
    return exp - iat;
  };
  expect([await lifetime('globex'), await lifetime('acme')]).toEqual([42, 600]);
  const input = { email: 'short@users.example.com', password: 'kdj37-xkq91' };
  const results = [];
  for (const realm of ['globex', 'acme']) {
    results.push((await at(realm)(SIGN_UP, { input })).body.data.signUp.__typename);
  }
  expect(results).toEqual(['WeakPassword', 'SignedIn']);
  await manage.set('globex', { accessTokenTtl: null });
  expect(await lifetime('globex')).toBe(600);
});

it.each<[string, (manage: ManageRealms) => Promise<unknown>, RegExp]>([
  ['an id that is none', (manage) => manage.create('a/b', {}), /"a\/b" is not a realm id/],
  ['an id that is taken', (manage) => manage.create('acme', {}), /There is a realm "acme" already/],
  ['a value that is none', (m) => m.set('acme', { accessTokenTtl: 'soon' }), /accessTokenTtl must/],
  ['what only the process has', (m) => m.set('acme', { port: '80' }), /port is not a setting/],
  ['what nobody knows', (m) => m.set('acme', { nothing: '1' }), /nothing is not a setting/],
  ['a realm that is not there', (m) => m.set('nowhere', {}), /There is no realm "nowhere"/],
  ['to show what is not there', (m) => m.show('nowhere'), /There is no realm "nowhere"/],
])('refuses to manage %s', async (_what, change, message) => {
  await expect(change(service.app.use(realms).manage)).rejects.toThrow(message);
});

type ManageRealms = ReturnType<typeof realms.create>['parts']['manage'];

it.each(['nowhere', 'UPPER', 'a%2fb', 'x'.repeat(64), "a'b"])(
  'answers 404 where there is no realm: %s',
  async (realm) => {
    const { status, body } = await at(realm)(ME);
    expect({ status, code: body.errors[0].extensions.code }).toEqual({
      status: 404,
      code: 'NOT_FOUND',
    });
    expect((await fetch(`${urlOf(realm)}/.well-known/jwks.json`)).status).toBe(404);
    expect((await fetch(`${urlOf(realm)}/events/ended-sessions`)).status).toBe(404);
  },
);

function expectRefused({ status, body }: Answer): void {
  expect({ status, code: body.errors[0].extensions.code }).toEqual({
    status: 401,
    code: 'UNAUTHENTICATED',
  });
  expect(JSON.stringify(body)).not.toContain(EMAIL);
}

/** The user's tokens as cookies of a realm. */
async function cookies({ accessToken, refreshToken }: TestUser, realm: RealmId) {
  const name = accessCookieName((await realmOf(service, realm)).issuer);
  const refreshName = name.replace('authgraph-at', 'authgraph-rt');
  return { cookie: `${name}=${accessToken}; ${refreshName}=${refreshToken}` };
}

async function publishedKids(realm: RealmId): Promise<string[]> {
  const response = await fetch(`${urlOf(realm)}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] }; // RFC 7517
  return keys.map(({ kid }) => kid).toSorted();
}

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
