import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signInAgain } from './harness/accounts.js';
import { bearer, GOOD_PASSWORD, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { createUser } from './harness/service-parts.js';
import { describedSubgraph } from './harness/subgraph.js';

/** `npm run test:abuse` sends all of them to each argument, `npm test` some. */
const isLong = process.env.ABUSE === 'long';

/** Stands in each of them: wherever it comes back, something was repeated. */
const MARK = 'c4n4ry';
const HOSTILE: readonly unknown[] = [
  `${MARK}\0`,
  `<script>${MARK}</script>`,
  `\ud800${MARK}`,
  `${MARK}${'x'.repeat(50_000)}`,
  ...(isLong
    ? [
        '',
        '__proto__',
        `${MARK}' or '1'='1`,
        `'; drop table users; -- ${MARK}`,
        `{{ ${MARK} | append: "x" }}`,
        `../../../../etc/${MARK}`,
        `\r\nSet-Cookie: ${MARK}=1`,
        `%00%0a${MARK}`,
        `\u202e\u200b\ufeff${MARK}`,
        `${MARK}${'\u0301'.repeat(20_000)}`,
        'ﷺ'.repeat(5_000),
        2 ** 31,
        -1,
        1e308,
        true,
        null,
        [MARK],
        { [MARK]: MARK },
      ]
    : []),
];
const GUARDS = ['authenticated', 'requiresScopes', 'policy'];

let service: TestService;
let admin: TestUser;
beforeAll(async () => {
  service = await startService();
  const root = { email: 'root@users.example.com', password: GOOD_PASSWORD };
  await createUser(service, { ...root, roles: ['admin'] });
  const nobody = { id: '', sessionId: '', accessToken: '', refreshToken: '' };
  admin = await signInAgain(service.send, { ...nobody, ...root });
});
afterAll(() => service[Symbol.asyncDispose]());

const { schema } = describedSubgraph();
type Field = GraphQLField<unknown, unknown>;
const operations = [schema.getQueryType(), schema.getMutationType()]
  .filter((type): type is GraphQLObjectType => type != null)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({
      name: field.name,
      text: textOf(type === schema.getQueryType() ? 'query' : 'mutation', field),
      field,
    })),
  )
  .filter(({ field }) => field.args.length > 0);

/** All variables as an honest caller may send them, but for one, which is hostile. */
interface Attempt {
  readonly where: string;
  readonly variables: object;
}

it('is generated for the operations that there are', () => {
  expect(operations.length).toBeGreaterThan(25);
  expect(operations.flatMap(({ field }) => attemptsOf(field, '')).length).toBeGreaterThan(50);
});

it.each(operations)(
  '$name answers hostile arguments in type, and repeats none',
  async (operation) => {
    const { text, field } = operation;
    const headers = isGuarded(field) ? bearer(admin.accessToken) : {};
    const before = failures().length;
    for (const hostile of HOSTILE) {
      for (const { where, variables } of attemptsOf(field, hostile)) {
        const { status, body, headers: answered } = await service.send(text, variables, headers);
        const what = `${where} = ${JSON.stringify(hostile)?.slice(0, 40)}`;
        expect([200, 400], what).toContain(status);
        expect(answered.get('content-type'), what).toMatch(/^application\/json/);
        expect(JSON.stringify([body, ...answered]), what).not.toContain(MARK);
        for (const { extensions } of body.errors ?? [])
          expect(extensions.code, what).not.toBe('INTERNAL_SERVER_ERROR');
      }
    }
    expect(failures().slice(before)).toEqual([]);
  },
);

function failures(): string[] {
  return service
    .logged()
    .split('\n')
    .filter((line) => line.includes('"level":"error"'));
}

function isGuarded({ astNode }: Field): boolean {
  return astNode?.directives?.some(({ name }) => GUARDS.includes(name.value)) ?? false;
}

function textOf(kind: 'query' | 'mutation', { name, args, type }: Field): string {
  const declared = args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const passed = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const named = getNamedType(type);
  const problem =
    isUnionType(named) && named.name !== '_Entity' ? '... on Problem { message }' : '';
  const selection = isLeafType(named) ? '' : `{ __typename ${problem} }`;
  return `${kind} (${declared}) { ${name}(${passed}) ${selection} }`;
}

function attemptsOf({ args }: Field, hostile: unknown): Attempt[] {
  return args
    .flatMap((argument) => variantsOf(argument, hostile))
    .map(({ where, value, name }) => ({
      where,
      variables: { ...honestValues(args), [name]: value },
    }));
}

/** One for each leaf of an argument. */
function variantsOf({ name, type }: GraphQLArgument | GraphQLInputField, hostile: unknown) {
  return valuesOf(type, name, hostile).map(({ where, value }) => ({ name, where, value }));
}

function valuesOf(
  type: GraphQLInputType,
  where: string,
  hostile: unknown,
): { readonly where: string; readonly value: unknown }[] {
  if (isNonNullType(type)) return valuesOf(type.ofType, where, hostile);
  if (isListType(type))
    return valuesOf(type.ofType, `${where}[0]`, hostile).map(({ where: at, value }) => ({
      where: at,
      value: [value],
    }));
  if (!isInputObjectType(type)) return [{ where, value: hostile }];
  const fields = Object.values(type.getFields());
  return fields
    .flatMap((field) => variantsOf(field, hostile))
    .map(({ name, where: at, value }) => ({
      where: `${where}.${at}`,
      value: { ...honestValues(fields), [name]: value },
    }));
}

/** What is needed only: the rest has defaults. */
function honestValues(all: readonly (GraphQLArgument | GraphQLInputField)[]): object {
  const needed = all.filter(({ type }) => isNonNullType(type));
  return Object.fromEntries(needed.map(({ name, type }) => [name, honestValue(type)]));
}

function honestValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return honestValue(type.ofType);
  if (isListType(type)) return [honestValue(type.ofType)];
  if (isInputObjectType(type)) return honestValues(Object.values(type.getFields()));
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const values: { readonly [name: string]: unknown } = { Int: 1, Boolean: false, JSON: {} };
  return values[type.name] ?? 'honest';
}
