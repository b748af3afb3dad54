import { buildSubgraphSchema } from '@apollo/subgraph';
import { type AuthDirectivesOptions, authDirectives, type Session } from '@authgraph/sdk';
import {
  buildSchema,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  graphql,
  isObjectType,
  parse,
  subscribe,
} from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { serveWithApollo } from './harness/apollo-over-http.js';
import { startIssuing } from './harness/token-issuer.js';

const DEFINITIONS = `
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
`;
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@authenticated", "@requiresScopes", "@policy"])`;

type Resolvers = Record<string, Record<string, unknown>>;

function sdlFirst(
  sdl: string,
  resolvers: Resolvers,
  options?: AuthDirectivesOptions,
): GraphQLSchema {
  const schema = buildSchema(DEFINITIONS + sdl);
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) Object.assign(type ?? {}, { resolveType: fields.__resolveType });
    else
      for (const [name, resolve] of Object.entries(fields))
        Object.assign(type.getFields()[name] ?? {}, { resolve });
  }
  return authDirectives(schema, options);
}

function subgraph(
  sdl: string,
  resolvers: Resolvers,
  options?: AuthDirectivesOptions,
): GraphQLSchema {
  return authDirectives(
    buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]),
    options,
  ); // the map's type is not exported
}

function sessionWith(...scopes: string[]): Session {
  return {
    userId: 'ada',
    sessionId: 's1',
    scopes,
    roles: [],
    expiresAt: new Date(0),
    claims: {} as Session['claims'],
  }; // claims play no part
}

interface Outcome {
  readonly data: unknown;
  /** `path CODE`, sorted. */
  readonly denied: readonly string[];
}

async function ask(
  schema: GraphQLSchema,
  source: string,
  session: Session | null = null,
): Promise<Outcome> {
  return outcome(await graphql({ schema, source, contextValue: { session } }));
}

function outcome({ data, errors = [] }: ExecutionResult): Outcome {
  return {
    data: JSON.parse(JSON.stringify(data ?? null)),
    denied: errors.map(describeError).sort(),
  };
}

function describeError({ path, extensions, message }: GraphQLError): string {
  return `${path?.join('.')} ${extensions.code ?? message}`;
}

describe('a guarded field', () => {
  it('is null for an anonymous request, its resolver does not run, and the rest of the answer stands', async () => {
    const secret = vi.fn(() => 'x');
    const schema = sdlFirst('type Query { open: String secret: String @authenticated }', {
      Query: { open: () => 'y', secret },
    });
    expect(await ask(schema, '{ open secret }')).toEqual({
      data: { open: 'y', secret: null },
      denied: ['secret UNAUTHENTICATED'],
    });
    expect(secret).not.toHaveBeenCalled();
    expect(await ask(schema, '{ open secret }', sessionWith())).toEqual({
      data: { open: 'y', secret: 'x' },
      denied: [],
    });
  });

  it.each([
    { scopes: '[["a"]]', held: ['a'], passes: true },
    { scopes: '[["a"]]', held: ['b'], passes: false },
    { scopes: '[["a", "b"]]', held: ['a'], passes: false },
    { scopes: '[["a", "b"]]', held: ['b', 'a'], passes: true },
    { scopes: '[["a", "b"], ["c"]]', held: ['c'], passes: true },
    { scopes: '[["a", "b"], ["c"]]', held: ['b'], passes: false },
    // list coercion: the same as [["a"], ["b"]]
    { scopes: '["a", "b"]', held: ['b'], passes: true },
    { scopes: '["a", "b"]', held: ['c'], passes: false },
    { scopes: '"a"', held: ['a'], passes: true },
    { scopes: '"a"', held: ['b'], passes: false },
    { scopes: '[["users:read"]]', held: ['users:read-all'], passes: false },
    { scopes: '[[]]', held: [], passes: true },
    { scopes: '[]', held: ['a'], passes: false },
  ])(
    'with scopes $scopes is given to a session with $held: $passes',
    async ({ scopes, held, passes }) => {
      const schema = sdlFirst(`type Query { secret: Int @requiresScopes(scopes: ${scopes}) }`, {
        Query: { secret: () => 1 },
      });
      expect(await ask(schema, '{ secret }', sessionWith(...held))).toEqual(
        passes
          ? { data: { secret: 1 }, denied: [] }
          : { data: { secret: null }, denied: ['secret FORBIDDEN'] },
      );
      expect((await ask(schema, '{ secret }')).denied).toEqual(['secret UNAUTHENTICATED']);
    },
  );

  it('needs every directive on it, on its type and on what it returns', async () => {
    const schema = sdlFirst(
      `type Query @requiresScopes(scopes: [["q"]]) { secret: Token @requiresScopes(scopes: [["f"]]) }
       scalar Token @requiresScopes(scopes: [["t"]])`,
      { Query: { secret: () => 1 } },
    );
    for (const held of [
      ['q', 'f'],
      ['q', 't'],
      ['f', 't'],
    ])
      expect((await ask(schema, '{ secret }', sessionWith(...held))).denied).toHaveLength(1);
    expect((await ask(schema, '{ secret }', sessionWith('q', 'f', 't'))).data).toEqual({
      secret: 1,
    });
  });

  it('bubbles up to the nearest nullable parent when it cannot be null', async () => {
    const schema = sdlFirst(
      'type Query { me: Me open: Int } type Me { id: ID email: String! @authenticated }',
      {
        Query: { me: () => ({ id: 1, email: 'a@b' }), open: () => 1 },
      },
    );
    expect(await ask(schema, '{ me { id email } open }')).toEqual({
      data: { me: null, open: 1 },
      denied: ['me.email UNAUTHENTICATED'],
    });
  });

  it('is guarded under every alias and in every fragment', async () => {
    const schema = sdlFirst(
      'type Query { me: Me } type Me { id: ID email: String @authenticated }',
      {
        Query: { me: () => ({ id: 1, email: 'a@b' }) },
      },
    );
    const query =
      '{ me { id x: email ... on Me { y: email } ...F } } fragment F on Me { z: email }';
    expect(await ask(schema, query)).toEqual({
      data: { me: { id: '1', x: null, y: null, z: null } },
      denied: ['me.x UNAUTHENTICATED', 'me.y UNAUTHENTICATED', 'me.z UNAUTHENTICATED'],
    });
  });

  it('counts a directive on an extension of its type', async () => {
    const schema = sdlFirst(
      'type Query { me: Me } type Me { id: ID } extend type Me @authenticated { email: String }',
      {
        Query: { me: () => ({ id: 1 }) },
      },
    );
    expect((await ask(schema, '{ me { id } }')).denied).toEqual(['me UNAUTHENTICATED']);
  });

  it('leaves the resolvers of all other fields as they were', () => {
    const open = () => 1;
    const schema = sdlFirst('type Query { open: Int plain: Int secret: Int @authenticated }', {
      Query: { open },
    });
    const { open: first, plain } = schema.getQueryType()?.getFields() ?? {};
    expect(first?.resolve).toBe(open);
    expect(plain?.resolve).toBeUndefined();
  });
});

describe('a guarded object type', () => {
  const SDL = `
    type Query { one: Invoice required: Box list: [Invoice!] matrix: [[Invoice]!]! node: Node any: [Any!] box: Box open: Int }
    type Mutation { pay: Invoice payAll: [Invoice!] open: Int }
    interface Node { id: ID }
    union Any = Invoice | Box
    type Box { invoice: Invoice! name: String }
    type Invoice implements Node @authenticated { id: ID total: Int }`;
  const invoice = { __typename: 'Invoice', id: 7, total: 9 };
  const resolvers = () => {
    const pay = vi.fn(() => invoice);
    const schema = sdlFirst(SDL, {
      Query: {
        one: () => invoice,
        required: () => ({ invoice, name: 'n' }),
        list: () => [invoice],
        matrix: () => [[invoice]],
        node: () => invoice,
        any: () => [invoice, { __typename: 'Box', name: 'b' }],
        box: () => ({ name: 'b' }),
        open: () => 1,
      },
      Mutation: { pay, payAll: pay, open: () => 1 },
      Any: { __resolveType: undefined },
    });
    return { schema, pay };
  };

  it.each([
    ['a field', '{ one { id } open }', { one: null, open: 1 }, ['one UNAUTHENTICATED']],
    [
      'a field that asks for no more than its name',
      '{ one { __typename } }',
      { one: null },
      ['one UNAUTHENTICATED'],
    ],
    ['a list', '{ list { id } }', { list: null }, ['list UNAUTHENTICATED']],
    ['a list of lists that cannot be null', '{ matrix { id } }', null, ['matrix UNAUTHENTICATED']],
    [
      'a field of another type',
      '{ required { name invoice { id } } }',
      { required: null },
      ['required.invoice UNAUTHENTICATED'],
    ],
    ['an interface', '{ node { id } open }', { node: null, open: 1 }, ['node UNAUTHENTICATED']],
    [
      'an interface, in an inline fragment',
      '{ node { ... on Invoice { total } } }',
      { node: null },
      ['node UNAUTHENTICATED'],
    ],
    [
      'an interface, by its name only',
      '{ node { __typename } }',
      { node: null },
      ['node UNAUTHENTICATED'],
    ],
    ['a union', '{ any { __typename } }', { any: null }, ['any.0 UNAUTHENTICATED']],
  ])('is refused to the anonymous through %s', async (_, query, data, denied) => {
    const { schema } = resolvers();
    expect(await ask(schema, query)).toEqual({ data, denied });
    expect((await ask(schema, query, sessionWith())).denied).toEqual([]);
  });

  it('does not let a mutation that returns it run for the anonymous', async () => {
    const { schema, pay } = resolvers();
    expect(await ask(schema, 'mutation { pay { id } payAll { id } open }')).toEqual({
      data: { pay: null, payAll: null, open: 1 },
      denied: ['pay UNAUTHENTICATED', 'payAll UNAUTHENTICATED'],
    });
    expect(pay).not.toHaveBeenCalled();
  });

  it('takes from a union only itself, where the items may be null', async () => {
    const schema = sdlFirst(
      'type Query { any: [Any] } union Any = Secret | Open type Secret @authenticated { id: ID } type Open { id: ID }',
      {
        Query: {
          any: () => [
            { id: 1, kind: 'Secret' },
            { id: 2, kind: 'Open' },
          ],
        },
        Any: { __resolveType: async ({ kind }: { kind: string }) => kind },
      },
    );
    expect(await ask(schema, '{ any { ... on Secret { id } ... on Open { id } } }')).toEqual({
      data: { any: [null, { id: '2' }] },
      denied: ['any.0 UNAUTHENTICATED'],
    });
  });
});

describe('a guarded interface', () => {
  it('guards every type that implements it, in all of its fields and wherever it is returned', async () => {
    const schema = sdlFirst(
      `type Query { node: Node user: User any: Any }
       interface Node @authenticated { id: ID } interface Named implements Node { id: ID name: String }
       type User implements Node & Named { id: ID name: String age: Int } union Any = User`,
      { Query: { node: () => ({}), user: () => ({}), any: () => ({ __typename: 'User' }) } },
    );
    expect((await ask(schema, '{ node { id } user { age } any { __typename } }')).denied).toEqual([
      'any UNAUTHENTICATED',
      'node UNAUTHENTICATED',
      'user UNAUTHENTICATED',
    ]);
  });

  it('guards with a directive on one field that field of the types that implement it, and no other', async () => {
    const schema = sdlFirst(
      `type Query { node: Node user: User } interface Node { id: ID email: String @requiresScopes(scopes: [["mail"]]) }
       type User implements Node { id: ID email: String @authenticated }`,
      {
        Query: {
          node: () => ({ __typename: 'User', id: 1, email: 'e' }),
          user: () => ({ id: 1, email: 'e' }),
        },
      },
    );
    const query = '{ node { id email } user { id email } }';
    expect(await ask(schema, query, sessionWith())).toEqual({
      data: { node: { id: '1', email: null }, user: { id: '1', email: null } },
      denied: ['node.email FORBIDDEN', 'user.email FORBIDDEN'],
    });
    expect((await ask(schema, query, sessionWith('mail'))).denied).toEqual([]);
  });
});

describe('a guarded scalar or enum', () => {
  const schema = () =>
    sdlFirst(
      `type Query { card: Card cards: [Card!] level: Level! open(card: Card, level: Level, input: In): Int }
       scalar Card @authenticated  enum Level @authenticated { LOW HIGH }  input In { card: Card }`,
      { Query: { card: () => 'c', cards: () => ['c'], level: () => 'LOW', open: () => 1 } },
    );

  it('guards every field that returns it, through lists and non-null', async () => {
    expect(await ask(schema(), '{ card cards open }')).toEqual({
      data: { card: null, cards: null, open: 1 },
      denied: ['card UNAUTHENTICATED', 'cards UNAUTHENTICATED'],
    });
    expect(await ask(schema(), '{ level }')).toEqual({
      data: null,
      denied: ['level UNAUTHENTICATED'],
    });
    expect((await ask(schema(), '{ card cards level }', sessionWith())).denied).toEqual([]);
  });

  it('does not guard the fields that take it as input', async () => {
    expect(await ask(schema(), '{ open(card: "c", level: LOW, input: { card: "c" }) }')).toEqual({
      data: { open: 1 },
      denied: [],
    });
  });
});

describe('a policy', () => {
  const SDL = `type Query {
    any: Int @policy(policies: [["a", "b"], ["c"]])  same: Int @policy(policies: [["b", "a"]])
    both: Int @policy(policies: [["a"]]) @requiresScopes(scopes: [["s"]])  none: Int @policy(policies: [])  every: Int @policy(policies: [[]])
  }`;
  const one = () => 1;
  const Query = { any: one, same: one, both: one, none: one, every: one };

  it('is asked list by list until one holds, with the session', async () => {
    const policy = vi.fn((names: readonly string[]) => names.includes('c'));
    const session = sessionWith();
    expect(await ask(sdlFirst(SDL, { Query }, { policy }), '{ any }', session)).toEqual({
      data: { any: 1 },
      denied: [],
    });
    expect(policy.mock.calls).toEqual([
      [['a', 'b'], session],
      [['c'], session],
    ]);
  });

  it('is asked once for each set of names and request, whatever the aliases', async () => {
    const policy = vi.fn(async () => true);
    const schema = sdlFirst(SDL, { Query }, { policy });
    expect((await ask(schema, '{ any x: any y: any same }', sessionWith())).data).toEqual({
      any: 1,
      x: 1,
      y: 1,
      same: 1,
    });
    expect(policy).toHaveBeenCalledTimes(1);
    await ask(schema, '{ any }', sessionWith());
    expect(policy).toHaveBeenCalledTimes(2);
  });

  it('stays what it is when the host changes the list that it was given', async () => {
    const policy = vi.fn((names: string[]) => names.splice(0).length === 0);
    const schema = sdlFirst(SDL, { Query }, { policy });
    expect((await ask(schema, '{ same }', sessionWith())).denied).toEqual(['same FORBIDDEN']);
    expect((await ask(schema, '{ same }', sessionWith())).denied).toEqual(['same FORBIDDEN']);
  });

  it('is asked again in the same request for another session', async () => {
    const policy = vi.fn((_names: readonly string[], { userId }: Session) => userId === 'ada');
    const schema = sdlFirst(SDL, { Query }, { policy });
    const contextValue = { session: sessionWith() };
    expect((await graphql({ schema, source: '{ same }', contextValue })).data).toEqual({ same: 1 });
    contextValue.session = { ...contextValue.session, userId: 'eve' };
    expect((await graphql({ schema, source: '{ same }', contextValue })).data).toEqual({
      same: null,
    });
  });

  it.each([
    ['says no', () => false, 'same FORBIDDEN'],
    ['says no later', async () => false, 'same FORBIDDEN'],
    ['says something else than yes', () => 'no' as unknown as boolean, 'same FORBIDDEN'],
    [
      'throws',
      () => {
        throw new Error('down');
      },
      'same down',
    ],
    ['rejects', () => Promise.reject(new Error('down')), 'same down'],
  ])('denies when the host %s', async (_, policy, denied) => {
    const same = vi.fn(one);
    expect(
      await ask(sdlFirst(SDL, { Query: { same } }, { policy }), '{ same }', sessionWith()),
    ).toEqual({
      data: { same: null },
      denied: [denied],
    });
    expect(same).not.toHaveBeenCalled();
  });

  it('is not asked for an anonymous request, nor where a scope is missing already', async () => {
    const policy = vi.fn(() => true);
    const schema = sdlFirst(SDL, { Query }, { policy });
    expect((await ask(schema, '{ any both }')).denied).toEqual([
      'any UNAUTHENTICATED',
      'both UNAUTHENTICATED',
    ]);
    expect((await ask(schema, '{ both }', sessionWith())).denied).toEqual(['both FORBIDDEN']);
    expect(policy).not.toHaveBeenCalled();
    expect((await ask(schema, '{ both }', sessionWith('s'))).data).toEqual({ both: 1 });
  });

  it('with no alternative lets nobody in, and with an empty one everybody who is signed in', async () => {
    const schema = sdlFirst(SDL, { Query }, { policy: () => true });
    expect(await ask(schema, '{ none every }', sessionWith())).toEqual({
      data: { none: null, every: 1 },
      denied: ['none FORBIDDEN'],
    });
  });

  it('guards a type behind a union too', async () => {
    const sdl =
      'type Query { any: Any } union Any = Secret type Secret @policy(policies: [["p"]]) { id: ID }';
    const schema = (answer: boolean) =>
      sdlFirst(
        sdl,
        { Query: { any: () => ({ __typename: 'Secret', id: 1 }) } },
        { policy: async () => answer },
      );
    expect(await ask(schema(false), '{ any { __typename } }', sessionWith())).toEqual({
      data: { any: null },
      denied: ['any FORBIDDEN'],
    });
    expect((await ask(schema(true), '{ any { __typename } }', sessionWith())).data).toEqual({
      any: { __typename: 'Secret' },
    });
  });
});

describe('the session on the context', () => {
  it('is asked anew in every request, and whenever it can have changed', async () => {
    const schema = sdlFirst(
      'type Query { a: Int @requiresScopes(scopes: [["a"]]) b: Int @requiresScopes(scopes: [["a"]]) }',
      {
        Query: { a: () => 1, b: () => 1 },
      },
    );
    const frozen = (...scopes: string[]) =>
      Object.freeze({ ...sessionWith(), scopes: Object.freeze(scopes) });
    const [able, unable] = [frozen('a'), frozen('b')];
    for (const session of [able, unable, able]) {
      expect((await ask(schema, '{ a b }', session)).denied).toHaveLength(session === able ? 0 : 2);
    }
    const scopes = ['a'];
    for (const changeable of [{ ...able, scopes }, Object.freeze({ ...able, scopes })]) {
      scopes[0] = 'a';
      expect((await ask(schema, '{ a b }', changeable)).denied).toEqual([]);
      scopes[0] = 'b';
      expect((await ask(schema, '{ a b }', changeable)).denied).toEqual([
        'a FORBIDDEN',
        'b FORBIDDEN',
      ]);
    }
  });

  const schema = sdlFirst(
    'type Query { secret: Int @authenticated scoped: Int @requiresScopes(scopes: [["a"]]) open: Int }',
    {
      Query: { secret: () => 1, scoped: () => 1, open: () => 1 },
    },
  );

  it.each([undefined, null, {}, { session: undefined }, 'text', 7])(
    'is missing from %j: anonymous',
    async (contextValue) => {
      const result = outcome(await graphql({ schema, source: '{ secret open }', contextValue }));
      expect(result).toEqual({
        data: { secret: null, open: 1 },
        denied: ['secret UNAUTHENTICATED'],
      });
    },
  );

  it.each([
    [Promise.resolve(sessionWith('a'))],
    ['ada'],
    [true],
    [{}],
    [{ userId: 'ada', scopes: 'abc a' }],
  ])('is not a session (%j): refused with an error that says so', async (session) => {
    const { data, denied } = outcome(
      await graphql({ schema, source: '{ secret scoped open }', contextValue: { session } }),
    );
    expect(data).toEqual({ secret: null, scoped: null, open: 1 });
    expect(denied.every((line) => line.includes('neither a session nor null'))).toBe(true);
  });

  it('lets through what reading it throws', async () => {
    const contextValue = {
      get session(): Session | null {
        throw new GraphQLError('expired', {
          extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' },
        });
      },
    };
    const { data, errors } = await graphql({ schema, source: '{ secret open }', contextValue });
    expect(data).toEqual({ secret: null, open: 1 });
    expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
  });
});

describe('a subscription', () => {
  it('to a guarded field does not start for the anonymous', async () => {
    const start = vi.fn(async function* () {
      yield { ticks: 1 };
    });
    const schema = buildSchema(
      `${DEFINITIONS} type Query { a: Int } type Subscription { ticks: Int @authenticated }`,
    );
    Object.assign(schema.getSubscriptionType()?.getFields().ticks ?? {}, { subscribe: start });
    authDirectives(schema);
    const document = parse('subscription { ticks }');
    expect(
      outcome(
        (await subscribe({ schema, document, contextValue: { session: null } })) as ExecutionResult,
      ).denied,
    ).toEqual(['ticks UNAUTHENTICATED']);
    expect(start).not.toHaveBeenCalled();
    const events = (await subscribe({
      schema,
      document,
      contextValue: { session: sessionWith() },
    })) as AsyncGenerator<ExecutionResult>;
    expect((await events.next()).value.data).toEqual({ ticks: 1 });
  });

  it('without a subscribe function of its own is guarded as well', async () => {
    const schema = sdlFirst(
      'type Query { a: Int } type Subscription { ticks: Int @authenticated }',
      {},
    );
    const ticks = vi.fn(async function* () {
      yield { ticks: 1 };
    });
    const started = await subscribe({
      schema,
      document: parse('subscription { ticks }'),
      rootValue: { ticks },
      contextValue: {},
    });
    expect(outcome(started as ExecutionResult).denied).toEqual(['ticks UNAUTHENTICATED']);
    expect(ticks).not.toHaveBeenCalled();
  });
});

describe('in a federation subgraph', () => {
  const SDL = `${LINK}
    type Query { hello: String }
    type Invoice @key(fields: "id") @requiresScopes(scopes: [["billing"]]) { id: ID! total: Int }
    type Product @key(fields: "id") { id: ID! name: String cost: Int @authenticated }
    interface Media @key(fields: "id") @authenticated { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }`;
  const ENTITIES = `{ _entities(representations: [
    { __typename: "Invoice", id: "1" }, { __typename: "Product", id: "2" }, { __typename: "Book", id: "3" }, { __typename: "Media", id: "4" }
  ]) { __typename ... on Invoice { id total } ... on Product { name cost } ... on Book { pages } } _service { sdl } }`;

  function build() {
    const find = vi.fn(({ __typename, id }: { __typename: string; id: string }) => ({
      __typename,
      id,
      total: 9,
      name: 'n',
      cost: 5,
      pages: 3,
    }));
    const media = vi.fn(({ id }: { id: string }) => ({ __typename: 'Book', id, pages: 3 }));
    const schema = subgraph(SDL, {
      Query: { hello: () => 'hi' },
      Invoice: { __resolveReference: find },
      Product: { __resolveReference: find },
      Book: { __resolveReference: find },
      Media: { __resolveReference: media, __resolveType: () => 'Book' },
    });
    return { schema, find, media };
  }

  it('gives the anonymous nothing through _entities, and does not even look guarded entities up', async () => {
    const { schema, find, media } = build();
    const { data, denied } = await ask(schema, ENTITIES);
    expect(data).toMatchObject({
      _entities: [null, { __typename: 'Product', name: 'n', cost: null }, null, null],
      _service: {},
    });
    expect(denied).toEqual([
      '_entities.0 UNAUTHENTICATED',
      '_entities.1.cost UNAUTHENTICATED',
      '_entities.2 UNAUTHENTICATED',
      '_entities.3 UNAUTHENTICATED',
    ]);
    expect(find.mock.calls.map(([{ __typename }]) => __typename)).toEqual(['Product']);
    expect(media).not.toHaveBeenCalled();
  });

  it('gives through _entities what the session may have, and no more', async () => {
    const { schema } = build();
    expect((await ask(schema, ENTITIES, sessionWith())).denied).toEqual(['_entities.0 FORBIDDEN']);
    const { data, denied } = await ask(schema, ENTITIES, sessionWith('billing'));
    expect(denied).toEqual([]);
    expect(data).toMatchObject({
      _entities: [{ id: '1', total: 9 }, { cost: 5 }, { pages: 3 }, { pages: 3 }],
    });
  });

  it('guards an entity that has no reference resolver', async () => {
    const schema = subgraph(
      `${LINK} type Query { a: Int } type Invoice @key(fields: "id") @authenticated { id: ID! }`,
      {},
    );
    const { data } = await ask(
      schema,
      '{ _entities(representations: [{ __typename: "Invoice", id: "1" }]) { ... on Invoice { id } } }',
    );
    expect(data).toEqual({ _entities: [null] });
  });

  it('leaves the description of the schema open, and nothing else, when Query itself is guarded', async () => {
    const schema = subgraph(
      `${LINK} type Query @authenticated { a: Int } type T @key(fields: "id") { id: ID! }`,
      {
        Query: { a: () => 1 },
      },
    );
    const { data, denied } = await ask(schema, '{ a _service { sdl } }');
    expect(data).toMatchObject({ a: null, _service: { sdl: expect.stringContaining('type T') } });
    expect(denied).toEqual(['a UNAUTHENTICATED']);
    expect(
      (
        await ask(
          schema,
          '{ _entities(representations: [{ __typename: "T", id: "1" }]) { __typename } }',
        )
      ).data,
    ).toBeNull();
  });

  it.each([
    [
      'imports rename them',
      `import: [{ name: "@authenticated", as: "@signedIn" }, { name: "@requiresScopes", as: "@scoped" }]`,
      'signedIn',
      'scoped',
    ],
    ['nothing is imported', '', 'federation__authenticated', 'federation__requiresScopes'],
    [
      'the namespace is renamed',
      'as: "fed"',
      'federation__authenticated',
      'federation__requiresScopes',
    ],
  ])('knows the directives when %s', async (_, link, authenticated, requiresScopes) => {
    const schema = subgraph(
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", ${link})
       type Query { a: Int @${authenticated} b: Int @${requiresScopes}(scopes: [["s"]]) }`,
      { Query: { a: () => 1, b: () => 1 } },
    );
    expect((await ask(schema, '{ a b }', null)).denied).toEqual([
      'a UNAUTHENTICATED',
      'b UNAUTHENTICATED',
    ]);
    expect((await ask(schema, '{ a b }', sessionWith())).denied).toEqual(['b FORBIDDEN']);
  });

  it("leaves a schema's own directive alone where the link has moved federation's out of its way", async () => {
    const schema = subgraph(
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@policy", as: "@fedPolicy" }])
       directive @policy(text: String) on FIELD_DEFINITION
       type Query { a: Int @policy(text: "returns") }`,
      { Query: { a: () => 1 } },
    );
    expect((await ask(schema, '{ a }')).data).toEqual({ a: 1 });
  });
});

describe('a schema that cannot be enforced', () => {
  it('is refused when it uses @policy and nobody decides', () => {
    expect(() =>
      sdlFirst('type Query { a: T } type T { b: Int @policy(policies: [["p"]]) }', {}),
    ).toThrow(/uses @policy.*option "policy"/);
  });

  it.each([
    '@requiresScopes',
    '@requiresScopes(scopes: null)',
    '@requiresScopes(scopes: [[1]])',
    '@policy(names: [["a"]])',
  ])('is refused for %s, which says nothing', (directive) => {
    const schema = buildSchema(`type Query { a: Int ${directive} }`, { assumeValidSDL: true });
    expect(() => authDirectives(schema, { policy: () => true })).toThrow(/on Query\.a needs/);
  });
});

describe('a schema built in code', () => {
  it.each([
    ['by name', { requiresScopes: { scopes: [['s']] } }],
    ['by name, as a list', { requiresScopes: [{ scopes: [['s']] }] }],
    ['as a list', [{ name: 'requiresScopes', args: { scopes: [['s']] } }]],
  ])('is guarded by the directives in its extensions, %s', async (_, directives) => {
    const schema = buildSchema('type Query { a: Int }');
    Object.assign(schema.getQueryType()?.getFields().a ?? {}, {
      resolve: () => 1,
      extensions: { directives },
    });
    authDirectives(schema);
    expect((await ask(schema, '{ a }', sessionWith())).denied).toEqual(['a FORBIDDEN']);
    expect((await ask(schema, '{ a }', sessionWith('s'))).data).toEqual({ a: 1 });
  });
});

describe('on an Apollo Server, over HTTP', () => {
  const SDL = `${LINK}
    type Query { open: Int secret: Int @authenticated admin: Int @requiresScopes(scopes: [["users:read"]]) }
    type Mutation { pay: Invoice }
    type Invoice @key(fields: "id") @authenticated { id: ID! total: Int }`;
  const QUERY = '{ open secret admin }';
  const codes = (body: { errors?: { path: string[]; extensions: { code: string } }[] }) =>
    (body.errors ?? []).map(({ path, extensions }) => `${path.join('.')} ${extensions.code}`);

  it('answers anonymous, signed in, expired and scoped as it should, with status 200 and the rest of the answer', async () => {
    const one = () => 1;
    const pay = vi.fn(() => ({ id: 1, total: 2 }));
    const issuer = await startIssuing();
    await using server = await serveWithApollo(
      subgraph(SDL, { Query: { open: one, secret: one, admin: one }, Mutation: { pay } }),
      issuer,
    );

    const anonymous = await server.send(QUERY);
    expect({ status: anonymous.status, data: anonymous.body.data }).toEqual({
      status: 200,
      data: { open: 1, secret: null, admin: null },
    });
    expect(codes(anonymous.body)).toEqual(['secret UNAUTHENTICATED', 'admin UNAUTHENTICATED']);

    const signedIn = await server.send(QUERY, await issuer.token());
    expect({ status: signedIn.status, data: signedIn.body.data }).toEqual({
      status: 200,
      data: { open: 1, secret: 1, admin: null },
    });
    expect(codes(signedIn.body)).toEqual(['admin FORBIDDEN']);

    expect((await server.send(QUERY, await issuer.token(['users:read', 'x']))).body).toEqual({
      data: { open: 1, secret: 1, admin: 1 },
    });

    const expired = await server.send(QUERY, await issuer.token(['users:read'], true));
    expect(expired.body.data).toEqual({ open: 1, secret: null, admin: null });
    expect(codes(expired.body)).toEqual(['secret UNAUTHENTICATED', 'admin UNAUTHENTICATED']);
    expect(expired.body.errors[0].extensions).toMatchObject({ reason: 'TOKEN_EXPIRED' });

    expect((await server.send('mutation { pay { id } }')).body.data).toEqual({ pay: null });
    expect(pay).not.toHaveBeenCalled();
    expect((await server.send('mutation { pay { total } }', await issuer.token())).body).toEqual({
      data: { pay: { total: 2 } },
    });

    const entities =
      '{ _entities(representations: [{ __typename: "Invoice", id: "1" }]) { __typename ... on Invoice { id } } }';
    const asked = await server.send(entities);
    expect({ data: asked.body.data, codes: codes(asked.body) }).toEqual({
      data: { _entities: [null] },
      codes: ['_entities.0 UNAUTHENTICATED'],
    });
    expect((await server.send(entities, await issuer.token())).body.data).toEqual({
      _entities: [{ __typename: 'Invoice', id: '1' }],
    });
  });
});
