import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh, signInAgain } from './harness/accounts.js';
import { claimsOf, mutate as mutateAs, signInWithRoles } from './harness/administrator.js';
import {
  bearer,
  GOOD_PASSWORD,
  ME,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const ROOT = 'root@users.example.com';
const NOBODY = '019d0000-0000-7000-8000-000000000000';

let service: TestService;
let root: TestUser;
beforeAll(async () => {
  service = await startService();
  root = await signInWithRoles(service, ROOT, ['admin']);
});
afterAll(() => service[Symbol.asyncDispose]());

const PROBLEM = '__typename ... on Problem { message }';

/** Sends a document as somebody; the administrator unless said otherwise. */
async function as(user: TestUser, document: string, variables: object = {}) {
  return (await service.send(document, variables, bearer(user.accessToken))).body;
}

const mutate = (field: string, user = root) => mutateAs(service.send, field, user);

const UPDATED = `{ ${PROBLEM} ... on UserUpdated { user { id roles } } }`;
const grant = (id: string, role: string) =>
  mutate(`grantRole(userId: "${id}", role: "${role}") ${UPDATED}`);
const revoke = (id: string, role: string) =>
  mutate(`revokeRole(userId: "${id}", role: "${role}") ${UPDATED}`);
const disable = (id: string) => mutate(`disableUser(id: "${id}") ${UPDATED}`);
const enable = (id: string) => mutate(`enableUser(id: "${id}") ${UPDATED}`);
const remove = (id: string) =>
  mutate(`deleteUser(id: "${id}") { ${PROBLEM} ... on AccountDeleted { id } }`);
const saveRole = (name: string, scopes: readonly string[]) =>
  mutate(
    `saveRole(input: { name: ${JSON.stringify(name)}, scopes: ${JSON.stringify(scopes)} })
      { ${PROBLEM} ... on RoleSaved { role { name scopes } } }`,
  );

/** True when neither the access token nor the refresh token is worth anything. */
async function isOut(user: TestUser): Promise<boolean> {
  const { errors } = await as(user, ME);
  const refreshed = await refresh(service.send, user.refreshToken);
  return errors?.[0].extensions.reason === 'TOKEN_REVOKED' && refreshed.reason === 'REVOKED';
}

async function signIn(email: string) {
  const input = { email, password: GOOD_PASSWORD };
  return (await service.send(SIGN_IN, { input })).body.data.signIn;
}

describe('roles', () => {
  it('hold scopes, which are in the token from the next refresh on and at each sign-in', async () => {
    const editor = await signUpUser(service.send);
    expect(await saveRole('editor', ['posts:write', 'posts:read', 'posts:write'])).toEqual({
      __typename: 'RoleSaved',
      role: { name: 'editor', scopes: ['posts:write', 'posts:read'] },
    });
    expect(await grant(editor.id, 'editor')).toMatchObject({ user: { roles: ['editor'] } });
    const { tokens } = await refresh(service.send, editor.refreshToken);
    expect(claimsOf(tokens)).toMatchObject({ roles: ['editor'], scope: 'posts:write posts:read' });

    await saveRole('editor', ['posts:publish']);
    const later = await refresh(service.send, tokens.refreshToken);
    expect(claimsOf(later.tokens)).toMatchObject({ roles: ['editor'], scope: 'posts:publish' });
    expect(claimsOf(await signInAgain(service.send, editor)).scope).toBe('posts:publish');
  });

  it('are listed, the built-in one first', async () => {
    await saveRole('reader', []);
    const { data } = await as(root, '{ roles { name scopes } }');
    expect(data.roles[0]).toEqual({
      name: 'admin',
      scopes: expect.arrayContaining(['users:read', 'roles:write', 'keys:write', 'audit:read']),
    });
    expect(data.roles).toContainEqual({ name: 'reader', scopes: [] });
  });

  it.each([
    ['the built-in one', 'admin', ['a']],
    ['one without a proper name', 'No Name', ['a']],
    ['scopes that are two words', 'double', ['two words']],
    ['names with a NUL', 'nul\u0000', ['a']],
  ])('refuse %s', async (_what, name, scopes) => {
    expect(await saveRole(name, scopes)).toMatchObject({ __typename: 'InvalidRole' });
  });

  it('end the sessions of whom they are taken from, at once (requirement 43)', async () => {
    await saveRole('chief', ['everything']);
    const user = await signUpUser(service.send);
    await grant(user.id, 'chief');
    const chief = await signInAgain(service.send, user);
    expect(await revoke(user.id, 'chief')).toMatchObject({ user: { roles: [] } });
    expect(await isOut(chief)).toBe(true);
    expect(claimsOf(await signInAgain(service.send, user)).scope).toBe('');
  });

  it('go from all who hold them when they are deleted, and do not come back with the name', async () => {
    await saveRole('temp', ['temp:write']);
    const holders = await Promise.all([signUpUser(service.send), signUpUser(service.send)]);
    for (const { id } of holders) await grant(id, 'temp');
    const gone = await mutate(
      `deleteRole(name: "temp") { ${PROBLEM} ... on RoleDeleted { name } }`,
    );
    expect(gone).toEqual({ __typename: 'RoleDeleted', name: 'temp' });
    for (const holder of holders) expect(await isOut(holder)).toBe(true);
    await saveRole('temp', ['temp:write']);
    for (const holder of holders) {
      expect(claimsOf(await signInAgain(service.send, holder))).toMatchObject({
        roles: [],
        scope: '',
      });
    }
    const built = await mutate(`deleteRole(name: "admin") { ${PROBLEM} }`);
    expect(built.__typename).toBe('InvalidRole');
    expect((await mutate(`deleteRole(name: "x\\u0000") { ${PROBLEM} }`)).__typename).toBe(
      'NotFound',
    );
  });

  it('that are unknown are refused wherever one is given', async () => {
    const { id } = await signUpUser(service.send);
    expect((await grant(id, 'nosuch')).__typename).toBe('InvalidRole');
    expect((await grant(id, 'nul\\u0000')).__typename).toBe('InvalidRole');
    expect((await revoke(id, 'nosuch')).__typename).toBe('InvalidRole');
    expect((await create('r@users.example.com', '["nosuch"]')).__typename).toBe('InvalidRole');
    expect(
      (await service.sql('select 1 from users where email = ?', ['r@users.example.com'])).length,
    ).toBe(0);
  });
});

const create = (email: string, roles = '[]', user = root) =>
  mutate(
    `createUser(input: { email: "${email}", password: "${GOOD_PASSWORD}", roles: ${roles} })
      { ${PROBLEM} ... on UserCreated { user { id email roles } } }`,
    user,
  );

describe('the last administrator', () => {
  it('cannot be disabled, deleted or demoted, by whomever', async () => {
    for (const attempt of [disable(root.id), remove(root.id), revoke(root.id, 'admin')]) {
      expect(await attempt).toMatchObject({ __typename: 'LastAdministrator' });
    }
    expect((await as(root, ME)).data.me.id).toBe(root.id);
  });

  it('is whoever is left when two remove each other at the same moment', async () => {
    const second = await signUpUser(service.send);
    await grant(second.id, 'admin');
    const answers = await Promise.all([disable(second.id), disable(root.id)]);
    const { length } = answers.filter((answer) => answer.__typename === 'UserUpdated');
    expect(length).toBe(1);
    await service.sql('update users set disabled_at = null where id = ?', [root.id]);
    root = await signInAgain(service.send, root);
    await remove(second.id);
  });
});

describe('an administrator', () => {
  it('makes users, who can sign in', async () => {
    const created = await create('made@users.example.com', '["admin"]');
    expect(created).toMatchObject({ user: { email: 'made@users.example.com', roles: ['admin'] } });
    expect((await signIn('made@users.example.com')).__typename).toBe('SignedIn');
    expect((await create('Made@Users.example.com')).__typename).toBe('EmailTaken');
    expect((await create('made')).__typename).toBe('InvalidEmail');
    await revoke(created.user.id, 'admin');
  });

  it('disables a user, whose sessions end at once, and lets them in again', async () => {
    const user = await signUpUser(service.send);
    expect((await disable(user.id)).__typename).toBe('UserUpdated');
    expect((await disable(user.id)).__typename).toBe('UserUpdated');
    expect(await isOut(user)).toBe(true);
    expect((await signIn(user.email)).__typename).toBe('InvalidCredentials');
    expect((await enable(user.id)).__typename).toBe('UserUpdated');
    expect((await signIn(user.email)).__typename).toBe('SignedIn');
    expect(await isOut(user)).toBe(true);
  });

  it('deletes a user, of whom nothing is left, and whose fields are null', async () => {
    const user = await signUpUser(service.send);
    expect(await remove(user.id)).toEqual({ __typename: 'AccountDeleted', id: user.id });
    expect(await isOut(user)).toBe(true);
    for (const table of ['identities', 'sessions']) {
      expect(await service.sql(`select 1 from ${table} where user_id = ?`, [user.id])).toEqual([]);
    }
    const { data, errors } = await as(
      root,
      `{ user(id: "${user.id}") { id createdAt } _entities(representations: [{ __typename: "User", id: "${user.id}" }]) { __typename } }`,
    );
    expect({ data, errors }).toEqual({ data: { user: null, _entities: [null] } });
    expect((await signUpUser(service.send, user.email)).id).not.toBe(user.id);
  });

  it('signs a user out everywhere', async () => {
    const user = await signUpUser(service.send);
    await signInAgain(service.send, user);
    const out = `revokeUserSessions(userId: "${user.id}") { endedSessions }`;
    expect(await mutate(out)).toEqual({ endedSessions: 2 });
    expect(await isOut(user)).toBe(true);
    expect(await mutate(out)).toEqual({ endedSessions: 0 });
  });

  it.each([NOBODY, 'nobody', 'x\\u0000', "'; drop table users; --"])(
    'is told that there is no user %j',
    async (id) => {
      for (const answer of [disable(id), enable(id), remove(id), grant(id, 'admin')]) {
        expect(await answer).toMatchObject({ __typename: 'NotFound' });
      }
      expect(await mutate(`revokeUserSessions(userId: "${id}") { endedSessions }`)).toBe(
        'NOT_FOUND',
      );
      expect((await as(root, `{ user(id: "${id}") { id } }`)).data).toEqual({ user: null });
    },
  );

  it('cannot make administrators with users:write alone', async () => {
    await saveRole('clerk', ['users:write']);
    const user = await signUpUser(service.send);
    await grant(user.id, 'clerk');
    const clerk = await signInAgain(service.send, user);
    expect(await create('evil@users.example.com', '["admin"]', clerk)).toBe('FORBIDDEN');
    expect((await create('good@users.example.com', '[]', clerk)).__typename).toBe('UserCreated');
  });
});

describe('what an administrator sees of a user', () => {
  it('is how they are known, whether they are disabled, and their metadata', async () => {
    const user = await signUpUser(service.send);
    await disable(user.id);
    const fields = `disabled publicMetadata privateMetadata
      identities { id method email phone verified lastUsedAt }`;
    const { data } = await as(root, `{ user(id: "${user.id}") { ${fields} } }`);
    expect(data.user).toEqual({
      disabled: true,
      publicMetadata: {},
      privateMetadata: {},
      identities: [
        {
          id: user.id,
          method: 'password',
          email: user.email,
          phone: null,
          verified: false,
          lastUsedAt: null,
        },
      ],
    });
  });
});

describe('the signing key', () => {
  it('is rotated by an administrator; the next one is published first', async () => {
    const rotate = 'rotateSigningKey { kid algorithm status createdAt }';
    const key = await mutate(rotate);
    expect(key).toMatchObject({ algorithm: 'ES256', status: 'PUBLISHED' });
    expect(await mutate(rotate)).toEqual(key);
    const jwks = await fetch(`${service.url}/.well-known/jwks.json`);
    expect(await jwks.text()).toContain(key.kid);
    expect(service.logged()).toContain('"event":"signing_key.created"');
  });
});

describe('whoever is no administrator', () => {
  it.each(['users { totalCount }', 'roles { name }', `user(id: "${NOBODY}") { id }`])(
    'is refused %s',
    async (field) => {
      const user = await signUpUser(service.send);
      expect((await as(user, `{ ${field} }`)).errors[0].extensions.code).toMatch(
        /^UNAUTH|FORBIDDEN/,
      );
      expect((await service.send(`{ ${field} }`)).body.errors[0].extensions.code).toBe(
        'UNAUTHENTICATED',
      );
    },
  );
});

describe('the list of users', () => {
  const list = async (args: string) => {
    const fields = 'totalCount edges { cursor } nodes { email } pageInfo { hasNextPage endCursor }';
    const { data, errors } = await as(root, `{ users${args} { ${fields} } }`);
    return data?.users ?? errors[0].extensions.code;
  };
  const emails = async (args: string): Promise<string[]> =>
    (await list(args)).nodes.map(({ email }: { email: string }) => email);

  beforeAll(async () => {
    for (const name of ['Zoe.a', 'zoe.b', 'zoe_c', 'zoo']) {
      await signUpUser(service.send, `${name}@zoo.example.com`);
    }
  });

  it('goes from the newest on, page by page, and counts them all', async () => {
    const first = await list('(first: 2)');
    expect(first.nodes.map(({ email }: { email: string }) => email)).toEqual([
      'zoo@zoo.example.com',
      'zoe_c@zoo.example.com',
    ]);
    const [{ count = 0 } = {}] = await service.sql<{ count: number }>(
      'select count(*)::int as count from users',
    );
    expect(first.totalCount).toBe(count);
    const seen: string[] = [];
    for (let after = '', more = true; more; ) {
      const page = await list(`(first: 3${after})`);
      seen.push(...page.edges.map(({ cursor }: { cursor: string }) => cursor));
      after = `, after: "${page.pageInfo.endCursor}"`;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen.length).toBe(count);
    expect(new Set(seen).size).toBe(count);
  });

  it('finds by the beginning of an address, whatever its letters, and takes no wildcards', async () => {
    expect(await emails('(email: "ZOE.")')).toEqual([
      'zoe.b@zoo.example.com',
      'Zoe.a@zoo.example.com',
    ]);
    expect(await emails('(email: "zoe_")')).toEqual(['zoe_c@zoo.example.com']);
    expect(await emails('(email: "zoo@zoo.example.com")')).toEqual(['zoo@zoo.example.com']);
    expect(await emails('(email: "%zoo")')).toEqual([]);
  });

  it('finds by role and by state', async () => {
    expect(await emails('(role: "admin")')).toEqual([ROOT]);
    const { id, email } = await signUpUser(service.send, 'off@zoo.example.com');
    await disable(id);
    expect(await emails('(state: DISABLED)')).toContain(email);
    expect(await emails('(state: DISABLED, email: "off")')).toEqual([email]);
    expect(await emails('(state: ACTIVE, email: "off")')).toEqual([]);
  });

  it.each(['(email: "a\\u0000")', '(role: "No role")', '(first: 101)', '(after: "x")'])(
    'refuses %s',
    async (args) => {
      expect(await list(args)).toBe('BAD_USER_INPUT');
    },
  );
});

describe('a user', () => {
  const revokeSession = (id: string, user: TestUser) =>
    mutate(`revokeSession(id: "${id}") { ${PROBLEM} ... on SignedOut { endedSessions } }`, user);

  it('ends one of their sessions, and nobody else’s (requirement 15)', async () => {
    const [ada, bob] = await Promise.all([signUpUser(service.send), signUpUser(service.send)]);
    const phone = await signInAgain(service.send, ada);
    for (const id of [bob.sessionId, NOBODY, 'x']) {
      expect((await revokeSession(id, ada)).__typename).toBe('NotFound');
    }
    expect(await revokeSession(phone.sessionId, ada)).toMatchObject({ endedSessions: 1 });
    expect(await isOut(phone)).toBe(true);
    expect((await revokeSession(phone.sessionId, ada)).__typename).toBe('NotFound');
    expect((await as(ada, ME)).data.me.id).toBe(ada.id);
    expect((await as(bob, ME)).data.me.id).toBe(bob.id);
  });

  it('ends all of their sessions but the one that asks', async () => {
    const user = await signUpUser(service.send);
    const others = [await signInAgain(service.send, user), await signInAgain(service.send, user)];
    const out = 'revokeOtherSessions { endedSessions }';
    expect(await mutate(out, user)).toEqual({ endedSessions: 2 });
    for (const other of others) expect(await isOut(other)).toBe(true);
    expect((await as(user, ME)).data.me.id).toBe(user.id);
    expect(await mutate(out, user)).toEqual({ endedSessions: 0 });
  });

  it('is noticed on a new kind of device, and not on the one they know', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const user = await signUpUser(service.send);
    const newDevices = () => service.logged().split('"event":"user.new_device"').length - 1;
    const before = newDevices();
    const signIn = (agent: string) => signInAgain(service.send, user, { 'user-agent': agent });
    const { accessToken } = await signIn(firefox);
    expect(newDevices()).toBe(before + 1);
    await signIn(firefox.replaceAll('140', '141'));
    expect(newDevices()).toBe(before + 1);
    const { body } = await service.send(
      '{ session { device { name kind } } }',
      {},
      bearer(accessToken),
    );
    expect(body.data.session.device).toEqual({ name: 'Firefox on Linux', kind: 'DESKTOP' });
  });

  it('must be signed in for that', async () => {
    const { body } = await service.send('mutation { revokeOtherSessions { endedSessions } }');
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});
