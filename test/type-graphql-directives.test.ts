import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { authDirectives, type Session } from '@authgraph/sdk';
import { Authenticated, Policy, RequiresScopes } from '@authgraph/sdk/type-graphql';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, graphql, parse } from 'graphql';
import {
  Arg,
  buildSchemaSync,
  createResolversMap,
  Field,
  FieldResolver,
  ID,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { describe, expect, it } from 'vitest';
import { serveWithApollo } from './harness/apollo-over-http.js';
import { startIssuing } from './harness/token-issuer.js';

const ran: string[] = [];

@ObjectType()
class Profile {
  @Field(() => ID)
  id = '1';

  @Field(() => String, { nullable: true })
  @Authenticated()
  email = 'ada@example.com';

  @Field(() => String, { nullable: true })
  phone?: string;

  @Field(() => String, { nullable: true })
  @Authenticated()
  address?: string;

  @Field(() => String, { nullable: true, name: 'taxNumber' })
  @RequiresScopes('tax:read')
  taxId = '42';
}

@ObjectType()
@Authenticated()
class Account {
  @Field(() => ID)
  id = 'a';
}

@ObjectType()
@RequiresScopes([['gold'], ['platinum', 'paid']])
class GoldAccount extends Account {
  @Field(() => Int)
  points = 7;
}

@ObjectType()
class PlainAccount extends Account {}

@ObjectType()
class DiamondAccount extends GoldAccount {}

@InterfaceType()
abstract class Document {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  @RequiresScopes('docs:read')
  text?: string;
}

@ObjectType({ implements: Document })
class Letter extends Document {}

@Resolver(() => Profile)
class ProfileResolver {
  @Query(() => Profile)
  profile(): Profile {
    return new Profile();
  }

  /** type-graphql drops the directives of these two, since the fields are declared on the class. */
  @FieldResolver(() => String, { nullable: true })
  @RequiresScopes('phone:read')
  @Policy('office-hours')
  phone(@Root() { id }: Profile): string {
    ran.push('phone');
    return `+${id}`;
  }

  @FieldResolver(() => String, { nullable: true })
  @RequiresScopes('address:read')
  address(): string {
    return 'Main St 1';
  }

  @FieldResolver(() => Int, { nullable: true })
  @Authenticated()
  age(): number {
    return 36;
  }
}

@Resolver()
class AccountResolver {
  @Query(() => Account, { nullable: true })
  account(): Account {
    ran.push('account');
    return new Account();
  }

  @Query(() => GoldAccount, { nullable: true })
  gold(): GoldAccount {
    return new GoldAccount();
  }

  @Query(() => PlainAccount, { nullable: true })
  plain(): PlainAccount {
    return new PlainAccount();
  }

  @Query(() => Document, { nullable: true })
  letter(): Letter {
    return Object.assign(new Letter(), { id: 'l', text: 't' });
  }

  @Mutation(() => Int, { nullable: true })
  @RequiresScopes('a', 'b')
  both(@Arg('n', () => Int) n: number): number {
    ran.push('both');
    return n;
  }

  @Query(() => Int, { nullable: true })
  open(): number {
    return 1;
  }
}

@Authenticated()
@Resolver()
class StaffResolver {
  @Query(() => Int, { nullable: true })
  staff(): number {
    return 1;
  }

  @Mutation(() => Int, { nullable: true })
  @RequiresScopes('staff:write')
  hire(): number {
    return 1;
  }
}

function build(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [ProfileResolver, AccountResolver, StaffResolver],
    orphanedTypes: [Letter, DiamondAccount],
    validate: false,
  });
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

async function ask(
  schema: GraphQLSchema,
  source: string,
  session: Session | null = null,
): Promise<{ data: unknown; denied: string[] }> {
  ran.length = 0;
  const { data, errors = [] } = await graphql({ schema, source, contextValue: { session } });
  return {
    data: JSON.parse(JSON.stringify(data ?? null)),
    denied: errors
      .map(({ path, extensions, message }) => `${path?.join('.')} ${extensions.code ?? message}`)
      .sort(),
  };
}

const policy = () => true;
const ALL =
  '{ profile { id email phone address taxNumber age } account { id } gold { id points } plain { id } letter { id text } staff open }';

/** As authgraph's own subgraph is made: what is printed is what is served. */
function throughSdl(): GraphQLSchema {
  const schema = build();
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy"])';
  const typeDefs = parse(`${link}\n${printSchemaWithDirectives(schema)}`);
  return buildSubgraphSchema([
    { typeDefs, resolvers: createResolversMap(schema) as GraphQLResolverMap<unknown> },
  ]); // the two disagree on enums only
}

describe('the decorators for type-graphql', () => {
  it('print each directive once, where it was written and where type-graphql would lose it', () => {
    const printed = printSchemaWithDirectives(build()).replace(/"""[\s\S]*?"""/g, '');
    for (const line of [
      'email: String @authenticated',
      'phone: String @requiresScopes(scopes: [["phone:read"]]) @policy(policies: [["office-hours"]])',
      'taxNumber: String @requiresScopes(scopes: [["tax:read"]])',
      'age: Int @authenticated',
      'type Account @authenticated {',
      'type GoldAccount @authenticated @requiresScopes(scopes: [["gold"], ["platinum", "paid"]]) {',
      'type PlainAccount @authenticated {',
      'type DiamondAccount @authenticated @requiresScopes(scopes: [["gold"], ["platinum", "paid"]]) {',
      'both(n: Int!): Int @requiresScopes(scopes: [["a", "b"]])',
      'staff: Int @authenticated',
    ]) {
      expect(sortDirectives(printed)).toContain(sortDirectives(line));
    }
    expect(printed).toMatch(/address: String (@authenticated @requires|@requires.*@authenticated)/);
    expect(printed).toMatch(/hire: Int (@authenticated @requires|@requires.*@authenticated)/);
    expect(printed).toMatch(/type Letter implements Document \{[^}]*text: String @requiresScopes/);
    expect(printed).toContain('open: Int\n');
  });

  describe.each([
    ['on the schema that type-graphql built', () => authDirectives(build(), { policy })],
    ['on the subgraph made from what it prints', () => authDirectives(throughSdl(), { policy })],
  ])('enforced %s', (_, make) => {
    it('deny the anonymous, and run no resolver for them', async () => {
      const schema = make();
      expect(await ask(schema, ALL)).toEqual({
        data: {
          profile: { id: '1', email: null, phone: null, address: null, taxNumber: null, age: null },
          account: null,
          gold: null,
          plain: null,
          letter: { id: 'l', text: null },
          staff: null,
          open: 1,
        },
        denied: [
          'account UNAUTHENTICATED',
          'gold UNAUTHENTICATED',
          'letter.text UNAUTHENTICATED',
          'plain UNAUTHENTICATED',
          'profile.address UNAUTHENTICATED',
          'profile.age UNAUTHENTICATED',
          'profile.email UNAUTHENTICATED',
          'profile.phone UNAUTHENTICATED',
          'profile.taxNumber UNAUTHENTICATED',
          'staff UNAUTHENTICATED',
        ],
      });
      expect(ran).toEqual([]);
    });

    it('give a session what its scopes allow', async () => {
      const schema = make();
      expect((await ask(schema, ALL, sessionWith())).denied).toEqual([
        'gold FORBIDDEN',
        'letter.text FORBIDDEN',
        'profile.address FORBIDDEN',
        'profile.phone FORBIDDEN',
        'profile.taxNumber FORBIDDEN',
      ]);
      const allowed = await ask(
        schema,
        ALL,
        sessionWith('gold', 'docs:read', 'address:read', 'phone:read', 'tax:read'),
      );
      expect(allowed).toEqual({
        data: {
          profile: {
            id: '1',
            email: 'ada@example.com',
            phone: '+1',
            address: 'Main St 1',
            taxNumber: '42',
            age: 36,
          },
          account: { id: 'a' },
          gold: { id: 'a', points: 7 },
          plain: { id: 'a' },
          letter: { id: 'l', text: 't' },
          staff: 1,
          open: 1,
        },
        denied: [],
      });
    });

    it('take names one by one as all of them, and lists of lists as the directive does', async () => {
      const schema = make();
      expect((await ask(schema, 'mutation { both(n: 1) hire }', sessionWith('a'))).denied).toEqual([
        'both FORBIDDEN',
        'hire FORBIDDEN',
      ]);
      expect(ran).toEqual([]);
      expect(
        (await ask(schema, 'mutation { both(n: 1) hire }', sessionWith('a', 'b', 'staff:write')))
          .data,
      ).toEqual({ both: 1, hire: 1 });
      expect((await ask(schema, '{ gold { id } }', sessionWith('paid'))).denied).toEqual([
        'gold FORBIDDEN',
      ]);
      expect((await ask(schema, '{ gold { id } }', sessionWith('paid', 'platinum'))).data).toEqual({
        gold: { id: 'a' },
      });
    });
  });

  it('give nothing away when authDirectives was forgotten', async () => {
    const query = '{ profile { id email phone age } account { id } plain { id } staff open }';
    const { data, denied } = await ask(build(), query, sessionWith('phone:read'));
    expect(data).toEqual({
      profile: { id: '1', email: null, phone: null, age: null },
      account: null,
      plain: null,
      staff: null,
      open: 1,
    });
    expect(denied).toHaveLength(6);
    expect(denied.every((line) => line.includes('call authDirectives(schema)'))).toBe(true);
  });

  it('lose nothing when the schema is built again', () => {
    expect(printSchemaWithDirectives(build())).toBe(printSchemaWithDirectives(build()));
  });

  it('refuse a list that would let in nobody or everybody', () => {
    for (const decorate of [
      () => RequiresScopes(),
      () => RequiresScopes([]),
      () => RequiresScopes([[]]),
      () => Policy(),
    ]) {
      expect(decorate).toThrow(/needs names/);
    }
  });

  it('hold on an Apollo Server, over HTTP', async () => {
    const issuer = await startIssuing();
    await using server = await serveWithApollo(authDirectives(build(), { policy }), issuer);
    const query = '{ profile { id email phone } open }';
    const anonymous = await server.send(query);
    expect(anonymous.status).toBe(200);
    expect(anonymous.body.data).toEqual({
      profile: { id: '1', email: null, phone: null },
      open: 1,
    });
    expect(anonymous.body.errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED' });
    const signedIn = await server.send(query, await issuer.token());
    expect(
      signedIn.body.errors.map(({ extensions }: { extensions: object }) => extensions),
    ).toEqual([{ code: 'FORBIDDEN' }]);
    expect((await server.send(query, await issuer.token(['phone:read']))).body).toEqual({
      data: { profile: { id: '1', email: 'ada@example.com', phone: '+1' }, open: 1 },
    });
  });
});

/** The order of directives on one element means nothing. */
function sortDirectives(sdl: string): string {
  return sdl.replace(
    /(?: @\w+(?:\([^)]*\))?)+/g,
    (directives) =>
      ` ${directives
        .match(/@\w+(?:\([^)]*\))?/g)
        ?.sort()
        .join(' ')}`,
  );
}
