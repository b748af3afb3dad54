import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isUnionType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanup } from '../src/features/cleanup/index.js';
import { refresh, signInAgain } from './harness/accounts.js';
import { mutate, signInWithRoles } from './harness/administrator.js';
import { bearer, SIGN_IN, signUpUser, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { realmOf } from './harness/service-parts.js';
import { describedSubgraph } from './harness/subgraph.js';

let service: TestService;
let root: TestUser;
beforeAll(async () => {
  service = await startService();
  root = await signInWithRoles(service, 'root@users.example.com', ['admin']);
});
afterAll(() => service[Symbol.asyncDispose]());

/** What an administrator is shown; the code of the error when that is refused. */
async function auditEvents(args: string, user = root) {
  const fields = `type at actorId userId sessionId ipAddress userAgent operation via details`;
  const query = `{ auditEvents${args} { edges { cursor } nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
  const { body } = await service.send(query, {}, bearer(user.accessToken));
  return body.data?.auditEvents ?? body.errors[0].extensions.code;
}

const typesOf = async (user: TestUser): Promise<string[]> =>
  (await auditEvents(`(filter: { userId: "${user.id}" })`)).nodes.map(
    ({ type }: { type: string }) => type,
  );

describe('the audit log (requirement 31)', () => {
  it('says of each event when, who, from where, on what, and by which operation', async () => {
    const user = await signUpUser(service.send);
    await mutate(service.send, `disableUser(id: "${user.id}") { __typename }`, root);
    const { nodes } = await auditEvents(
      `(filter: { userId: "${user.id}", type: "user.disabled" })`,
    );
    expect(nodes).toEqual([
      {
        type: 'user.disabled',
        at: expect.stringMatching(/^20\d\d-.*Z$/),
        actorId: root.id,
        userId: user.id,
        sessionId: null,
        ipAddress: '127.0.0.1',
        userAgent: 'node',
        operation: 'disableUser',
        via: 'graphql',
        details: {},
      },
    ]);
  });

  it('has sign-ups, sign-ins, refusals, thefts, ends of sessions, and what administrators do', async () => {
    const user = await signUpUser(service.send);
    const again = await signInAgain(service.send, user);
    const { tokens } = await refresh(service.send, again.refreshToken);
    await refresh(service.send, tokens.refreshToken);
    expect((await refresh(service.send, again.refreshToken)).reason).toBe('REUSED');
    const patch = `updateUserMetadata(input: { userId: "${user.id}", private: { a: 1 } }) { __typename }`;
    for (const field of [`grantRole(userId: "${user.id}", role: "admin") { __typename }`, patch]) {
      await mutate(service.send, field, root);
    }
    await mutate(
      service.send,
      `revokeRole(userId: "${user.id}", role: "admin") { __typename }`,
      root,
    );
    await mutate(service.send, `deleteUser(id: "${user.id}") { __typename }`, root);
    // those of one transaction may be of one millisecond, and then have no order
    expect((await typesOf(user)).toSorted()).toEqual([
      'session.ended',
      'session.ended',
      'session.token_reused',
      'user.created',
      'user.deleted',
      'user.role_granted',
      'user.role_revoked',
      'user.signed_in',
      'user.signed_in',
      'user.updated',
    ]);
    await service.send(SIGN_IN, { input: { email: user.email, password: 'wrong' } });
    const refused = await auditEvents('(first: 1)');
    expect(refused.nodes).toMatchObject([{ type: 'user.sign_in_refused', operation: 'signIn' }]);
  });

  it('has nothing of what was not done', async () => {
    const count = async () =>
      (await service.sql<{ n: number }>('select count(*)::int as n from audit_events'))[0]?.n;
    const before = await count();
    await mutate(service.send, `disableUser(id: "${root.id}") { __typename }`, root);
    await mutate(service.send, `grantRole(userId: "${root.id}", role: "no") { __typename }`, root);
    expect(await count()).toBe(before);
  });

  it('is read by page and by time', async () => {
    const first = await auditEvents('(first: 2)');
    const { endCursor, hasNextPage } = first.pageInfo;
    expect(hasNextPage).toBe(true);
    const second = await auditEvents(`(first: 2, after: "${endCursor}")`);
    const at = second.nodes[0].at;
    expect(at <= first.nodes[1].at).toBe(true);
    const since = await auditEvents(`(first: 100, filter: { since: "${at}" })`);
    const until = await auditEvents(`(first: 100, filter: { until: "${at}" })`);
    expect(since.nodes.every((event: { at: string }) => event.at >= at)).toBe(true);
    expect(until.nodes.every((event: { at: string }) => event.at < at)).toBe(true);
    expect(since.nodes.length).toBeGreaterThanOrEqual(3);
    expect(until.nodes.length).toBeGreaterThan(0);
  });

  it.each([
    '(filter: { userId: "x" })',
    '(filter: { type: "x\\u0000" })',
    '(filter: { since: "yesterday" })',
    '(filter: { until: "2026-02-31T25:00:00Z" })',
    '(first: 1000)',
  ])('refuses %s', async (args) => {
    expect(await auditEvents(args)).toMatch(/^BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED$/);
  });

  it('is for whoever holds audit:read', async () => {
    expect(await auditEvents('', await signUpUser(service.send))).toBe('FORBIDDEN');
  });
});

describe('cleaning up', () => {
  it('deletes what is older than the setting, and no more', async () => {
    const old = `insert into audit_events (realm_id, id, type, at, via, details)
      select 'default', ('01000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'test.old',
        '2005-01-01', 'graphql', '{}' from generate_series(1, 4500) n`;
    await service.sql(old);
    const [{ n = 0 } = {}] = await service.sql<{ n: number }>(
      "select count(*)::int as n from audit_events where type <> 'test.old'",
    );
    const deleted = await service.app
      .use(cleanup)
      .cleanup.run(await realmOf(service), { onProgress: () => true });
    expect(deleted).toEqual({ sessions: 0, auditEvents: 4_500 });
    const left = await service.sql<{ n: number }>('select count(*)::int as n from audit_events');
    expect(left).toEqual([{ n }]);
  });

  it('walks all sessions, and deletes those that were over long enough', async () => {
    const user = await signUpUser(service.send);
    await service.sql(
      `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
          absolute_expires_at, ended_at, amr, generation, current_hash)
        select gen_random_uuid(), realm_id, user_id, created_at, last_used_at,
          case when n % 3 = 0 then now() - interval '3 days' else now() + interval '1 day' end,
          absolute_expires_at, case when n % 3 = 1 then now() - interval '3 days' end,
          amr, 0, current_hash
        from sessions, generate_series(1, 6000) n where id = ?`,
      [user.sessionId],
    );
    const run = async () =>
      service.app.use(cleanup).cleanup.run(await realmOf(service), { onProgress: () => true });
    expect((await run()).sessions).toBe(4_000);
    expect((await run()).sessions).toBe(0);
    const left = await service.sql('select 1 from sessions where user_id = ?', [user.id]);
    expect(left.length).toBe(2_001);
  });
});

/** Upper case, so that no name of a role is made of it. */
const CANARY = 'CaNaRy-9Zk';

/** A value of each kind, with a canary wherever text goes. */
function canaryOf(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [canaryOf(nullable.ofType)];
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    return Object.fromEntries(fields.map((field) => [field.name, canaryOf(field.type)]));
  }
  switch (getNamedType(nullable).name) {
    case 'Int':
      return 1;
    case 'Boolean':
      return true;
    case 'DateTime':
      return '2026-01-01T00:00:00Z';
    case 'JSON':
      return { [`${CANARY}-key`]: `${CANARY}-value` };
    default:
      return `${CANARY}-text`;
  }
}

/** An operation that asks for a root field with all of its arguments. */
function canaryOperation(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>) {
  const named = (use: (argument: GraphQLArgument) => string) =>
    field.args.length === 0 ? '' : `(${field.args.map(use).join(', ')})`;
  const declared = named(({ name, type }) => `$${name}: ${type}`);
  const passed = named(({ name }) => `${name}: $${name}`);
  const type = getNamedType(field.type);
  const members = isUnionType(type) ? type.getTypes() : [];
  const hasProblem = members.some((member) => member.getInterfaces().length > 0);
  const selection = `{ __typename ${hasProblem ? '... on Problem { message }' : ''} }`;
  return {
    query: `${kind} ${declared} { ${field.name}${passed} ${isCompositeType(type) ? selection : ''} }`,
    variables: Object.fromEntries(field.args.map(({ name, type }) => [name, canaryOf(type)])),
  };
}

describe('canary secrets (requirement 31)', () => {
  const { schema } = describedSubgraph();
  const operations = (['query', 'mutation'] as const).flatMap((kind) => {
    const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(root?.getFields() ?? {})
      .filter(({ name }) => name !== '_entities' && name !== '_service')
      .map((field) => [field.name, canaryOperation(kind, field)] as const);
  });

  it('are sent through every operation of the schema', () => {
    expect(operations.length).toBeGreaterThan(20);
    const sent = operations.map(([, { variables }]) => JSON.stringify(variables)).join();
    expect(sent.split(CANARY).length).toBeGreaterThan(30);
  });

  it.each(operations)('in each argument of %s are in no answer', async (_name, operation) => {
    const { query, variables } = operation;
    for (const user of [undefined, await signUpUser(service.send), root]) {
      const headers = user === undefined ? {} : bearer(user.accessToken);
      const { body } = await service.send(query, variables, headers);
      expect(body.errors ?? []).not.toContainEqual(
        expect.objectContaining({
          extensions: expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
        }),
      );
      expect(JSON.stringify(body)).not.toContain(CANARY);
    }
  });

  it('in headers are in no answer either', async () => {
    for (const headers of [
      { authorization: `Bearer ${CANARY}` },
      { authorization: CANARY },
      { cookie: `authgraph-at=${CANARY}; authgraph-rt=${CANARY}` },
    ]) {
      const { body } = await service.send('{ me { id } }', {}, headers);
      expect(JSON.stringify(body)).not.toContain(CANARY);
    }
  });

  it('are in no line of the log and in no row of the audit log, whatever was asked', async () => {
    expect(service.logged()).toContain('"msg"');
    expect(service.logged()).not.toContain(CANARY);
    const rows = await service.sql('select * from audit_events');
    expect(rows.length).toBeGreaterThan(20);
    expect(JSON.stringify(rows)).not.toContain(CANARY);
  });
});
