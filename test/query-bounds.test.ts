import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAgain } from './harness/accounts.js';
import { bearer, GOOD_PASSWORD, signUpUser, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { createUser } from './harness/service-parts.js';

let service: TestService;
let admin: TestUser;
let user: TestUser;
beforeAll(async () => {
  service = await startService();
  user = await signUpUser(service.send);
  const email = 'admin@example.com';
  await createUser(service, { email, password: GOOD_PASSWORD, roles: ['admin'] });
  admin = await signInAgain(service.send, { ...user, email });
});
afterAll(() => service[Symbol.asyncDispose]());

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');

async function codeOf(query: string, variables: object = {}): Promise<string | undefined> {
  const { body } = await service.send(query, variables, bearer(admin.accessToken));
  return body.errors?.[0].extensions.code;
}

const REPRESENTED = 'query ($r: [_Any!]!) { _entities(representations: $r)';

describe('no request costs more than honest ones could (requirement 34)', () => {
  it.each<[string, string, object]>([
    [
      '1,380 representations times 640 aliases',
      `${REPRESENTED} { ... on User { ${times(640, (n) => `a${n}: createdAt`)} } } }`,
      { r: Array.from({ length: 1_380 }, () => ({ __typename: 'User', id: '1' })) },
    ],
    [
      '1,380 representations',
      `${REPRESENTED} { ... on User { email } } }`,
      { r: Array.from({ length: 1_380 }, () => ({ __typename: 'User', id: '1' })) },
    ],
    [
      '100 users times 20 counts of sessions',
      `{ users(first: 100) { nodes { ${times(20, (n) => `a${n}: sessions { totalCount }`)} } } }`,
      {},
    ],
    [
      '100 sessions of each of 100 users',
      '{ users(first: 100) { nodes { sessions(first: 100) { nodes { id } } } } }',
      {},
    ],
    ['31 aliases', `{ ${times(31, (n) => `a${n}: __schema { description }`)} }`, {}],
    ['51 directives', `{ me ${'@include(if: true)'.repeat(51)} { id } }`, {}],
    [
      'fragments that double 60 times',
      `{ me { ...F0 } } ${times(60, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)}
       fragment F60 on User { id }`,
      {},
    ],
    [
      'fields that double in fragments',
      `{ me { ...F0 } } ${times(
        40,
        (n) =>
          `fragment F${n} on User { sessions { nodes { user { ...F${n + 1} } } edges { node { user { ...F${n + 1} } } } } }`,
      )} fragment F40 on User { id }`,
      {},
    ],
  ])('%s are refused before anything is loaded', async (_what, query, variables) => {
    const code = await codeOf(query, variables);
    expect([
      'GRAPHQL_VALIDATION_FAILED',
      'COST_ESTIMATED_TOO_EXPENSIVE',
      'BAD_USER_INPUT',
    ]).toContain(code);
  });

  it('says in development what an operation costs, and in an error what it may', async () => {
    const query = '{ me { email sessions(first: 3) { totalCount nodes { id createdAt } } } }';
    const { body } = await service.send(query, {}, bearer(user.accessToken));
    // me 1, sessions 5 and 1 for the connection, 3 sessions of 1
    expect(body.extensions).toEqual({ cost: 10 });
    const dear = '{ users(first: 100) { nodes { sessions(first: 100) { nodes { id } } } } }';
    const refused = await service.send(dear, {}, bearer(admin.accessToken));
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].extensions).toEqual({
      code: 'COST_ESTIMATED_TOO_EXPENSIVE',
      cost: 6 + 100 * (1 + 6 + 100),
      maxCost: 5_000,
    });
  });

  it('lets an administrator list a hundred users with their sessions, in a query for each list', async () => {
    for (let n = 0; n < 5; n += 1) await signUpUser(service.send);
    const query = `{ users(first: 100) { nodes { id
      sessions { totalCount nodes { id user { id } } } } } }`;
    const seen = await statementsDuring(async () => {
      const { body } = await service.send(query, {}, bearer(admin.accessToken));
      const { nodes } = body.data.users;
      expect(nodes.length).toBeGreaterThan(5);
      for (const { id, sessions } of nodes) {
        expect(sessions.totalCount).toBe(sessions.nodes.length);
        for (const node of sessions.nodes) expect(node.user.id).toBe(id);
      }
    });
    expect(seen.filter((statement) => /from sessions s/.test(statement))).toHaveLength(2);
  });

  it('resolves the same representation once', async () => {
    const representations = Array.from({ length: 100 }, () => ({
      __typename: 'User',
      id: user.id,
    }));
    const query = `${REPRESENTED} { ... on User { email } } }`;
    const seen = await statementsDuring(async () => {
      const { body } = await service.send(query, { r: representations }, bearer(admin.accessToken));
      expect(body.data._entities).toEqual(Array(100).fill({ email: user.email }));
    });
    expect(seen.filter((statement) => statement.includes('from users'))).toHaveLength(1);
  });
});

describe('an answer (requirement 34)', () => {
  it('that is longer than 4 Mi characters is refused, however cheap it was', async () => {
    const { sessionId, id, accessToken } = await signUpUser(service.send);
    await service.sql(
      `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
         absolute_expires_at, amr, user_agent, generation, current_hash)
       select gen_random_uuid(), realm_id, user_id, created_at, last_used_at, expires_at,
         absolute_expires_at, amr, repeat('x', 512), generation, current_hash
       from sessions, generate_series(1, 100) where id = ?`,
      [sessionId],
    );
    const agents = times(25, (n) => `a${n}: userAgent`);
    const query = `${REPRESENTED} { ... on User {
      sessions(first: 100) { nodes { ${agents} } } } } }`;
    const asked = async (users: number) => {
      const r = Array.from({ length: users }, () => ({ __typename: 'User', id }));
      return service.send(query, { r }, bearer(accessToken));
    };
    expect((await asked(2)).body.data._entities).toHaveLength(2);
    const { status, body } = await asked(4);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining('too long'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe('one attempt a document (requirement 35)', () => {
  const signIn = (alias: string) =>
    `${alias}: signIn(input: { email: "${user.email}", password: "wrong" }) { __typename }`;

  it.each<[string, () => string]>([
    ['a second alias', () => `mutation { ${signIn('a')} ${signIn('b')} }`],
    [
      'fragments',
      () =>
        `mutation { ...A ... on Mutation { ${signIn('b')} } } fragment A on Mutation { ${signIn('a')} }`,
    ],
    [
      'a sign-in beside a refresh',
      () => `mutation { ${signIn('a')} refreshSession { __typename } }`,
    ],
    [
      'skipped ones, since variables could say later which is not',
      () => `mutation ($x: Boolean = true) { ${signIn('a')} ...A @skip(if: $x) }
        fragment A on Mutation { ${signIn('b')} }`,
    ],
  ])('is all that %s can be', async (_what, queryOf) => {
    const { status, body } = await service.send(queryOf());
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(body.errors[0].message).toContain('one mutation');
  });

  it('leaves several mutations of an administrator alone', async () => {
    const query = `mutation { a: disableUser(id: "${user.id}") { __typename }
      b: enableUser(id: "${user.id}") { __typename } }`;
    expect(await codeOf(query)).toBeUndefined();
  });
});

/** The statements that the service sends to its database meanwhile. */
async function statementsDuring(work: () => Promise<void>): Promise<string[]> {
  const { database } = service.app.platform;
  const seen: string[] = [];
  const query = database.query.bind(database);
  database.query = (statement, ...rest) => {
    seen.push(statement);
    return query(statement, ...rest);
  };
  try {
    await work();
    return seen;
  } finally {
    database.query = query;
  }
}
