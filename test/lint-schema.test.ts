import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { type LintOptions, lintSchema } from '@authgraph/sdk/lint';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './harness/command-line.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@tag", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n`;

/** `rule coordinate`, in the order of the source. */
function lint(sdl: string, options?: LintOptions): string[] {
  return lintSchema(parse(sdl), options).map(({ rule, coordinate }) => `${rule} ${coordinate}`);
}

describe('unprotected mutations', () => {
  it('are listed with their line, and nothing else is', () => {
    const sdl = `${LINK}type Mutation {\n  "Pays."\n  pay: Int\n  safe: Int @authenticated\n}`;
    expect(lintSchema(parse(sdl))).toEqual([
      {
        rule: 'unprotected-mutation',
        severity: 'error',
        coordinate: 'Mutation.pay',
        message: expect.stringContaining('--public pay'),
        line: 5,
      },
    ]);
  });

  it.each([
    ['a directive on the field', 'type Mutation { pay: Int @requiresScopes(scopes: [["a"]]) }'],
    ['a policy', 'type Mutation { pay: Int @policy(policies: [["a"]]) }'],
    ['one on Mutation', 'type Mutation @authenticated { pay: Int }'],
    [
      'one on an extension of Mutation',
      'type Mutation { pay: Int } extend type Mutation @authenticated',
    ],
    [
      'one on the object that it returns',
      'type Mutation { pay: [Bill!]! } type Bill @authenticated { id: ID }',
    ],
    ['one on the scalar that it returns', 'type Mutation { pay: Bill } scalar Bill @authenticated'],
    ['one under its full name', 'type Mutation { pay: Int @federation__authenticated }'],
  ])('are not those with %s', (_, sdl) => {
    expect(lint(LINK + sdl)).toEqual([]);
  });

  it.each([
    ['in an extension', 'extend type Mutation { pay: Int }', 'Mutation.pay'],
    [
      'under another name of the type',
      'schema { mutation: Changes } type Changes { pay: Int } type Mutation { not: Int }',
      'Changes.pay',
    ],
    [
      'with a directive on an argument only',
      `type Mutation { pay(a: In): Int } input In { a: Card } scalar Card @authenticated`,
      'Mutation.pay',
    ],
    [
      'that return a union of protected types',
      'type Mutation { pay: Any } union Any = A type A @authenticated { id: ID }',
      'Mutation.pay',
    ],
    [
      'with a directive of another kind',
      'type Mutation { pay: Int @tag(name: "x") }',
      'Mutation.pay',
    ],
  ])('are found %s', (_, sdl, coordinate) => {
    expect(lint(LINK + sdl)).toEqual([`unprotected-mutation ${coordinate}`]);
  });

  it('can be declared public', () => {
    const sdl = `${LINK}type Mutation { signIn: Int signUp: Int pay: Int }`;
    expect(lint(sdl, { publicMutations: ['signIn', 'signUp'] })).toEqual([
      'unprotected-mutation Mutation.pay',
    ]);
  });
});

describe('unprotected personal data', () => {
  it('is an error where it is marked, and a warning where only its name says so', () => {
    const sdl = `${LINK}type User { a: Int @personalData b: Int @tag(name: "pii") c: Int @federation__tag(name: "personal-data")
      email: Int BIRTH_DATE: Int d: Int @tag(name: "public") f: Int @other(name: "pii") } type Secret @tag(name: "pii") { e: Int }`;
    expect(
      lintSchema(parse(sdl)).map(
        ({ rule, severity, coordinate }) => `${rule} ${severity} ${coordinate}`,
      ),
    ).toEqual([
      'unprotected-personal-data error User.a',
      'unprotected-personal-data error User.b',
      'unprotected-personal-data error User.c',
      'unprotected-personal-data warning User.email',
      'unprotected-personal-data warning User.BIRTH_DATE',
      'unprotected-personal-data error Secret.e',
    ]);
  });

  it('is not what is protected by its field, its type, an interface or what it returns, nor what comes in', () => {
    const sdl = `${LINK}type A { email: String @authenticated phone: Phone } scalar Phone @requiresScopes(scopes: [["p"]])
      type B @authenticated { email: String } input In { email: String } type Query { a(email: String): A }`;
    expect(lint(sdl)).toEqual([]);
  });

  it('is not what an interface protects, though composition refuses that', () => {
    const sdl = `${LINK}interface I { email: String @authenticated phone: String } type A implements I { email: String }`;
    expect(lint(sdl, { personalData: ['email'] })).toEqual(['misplaced-directive I.email']);
  });

  it('goes by other names where they are given', () => {
    const sdl = `${LINK}type A { email: String nickName: String }`;
    expect(lint(sdl, { personalData: ['nick_name'] })).toEqual([
      'unprotected-personal-data A.nickName',
    ]);
  });
});

describe('requirements', () => {
  it.each([
    ['@requiresScopes(scopes: [])', 'empty-requirement'],
    ['@requiresScopes(scopes: [["a"], []])', 'empty-requirement'],
    ['@requiresScopes(scopes: [[""]])', 'empty-requirement'],
    ['@policy(policies: [])', 'empty-requirement'],
    ['@requiresScopes(scopes: ["a", "b"])', 'flat-requirement'],
    ['@requiresScopes(scopes: [["a", "b", "c"]])', 'ungranted-scope'],
    ['@requiresScopes', 'malformed-requirement'],
    ['@requiresScopes(scopes: [[1]])', 'malformed-requirement'],
    ['@requiresScopes(scope: [["a"]])', 'malformed-requirement'],
    ['@policy(policies: null)', 'malformed-requirement'],
  ])('%s: %s', (directive, rule) => {
    expect(
      lint(`${LINK}type Query { a: Int ${directive} }`, { grantedScopes: ['a', 'b'] }),
    ).toEqual([`${rule} Query.a`]);
  });

  it.each([
    '@requiresScopes(scopes: [["a", "b"], ["b"]])',
    '@requiresScopes(scopes: "a")',
    '@requiresScopes(scopes: ["a"])',
    '@policy(policies: [["c"]])',
    '@authenticated',
  ])('%s is in order', (directive) => {
    expect(
      lint(`${LINK}type Query { a: Int ${directive} }`, { grantedScopes: ['a', 'b'] }),
    ).toEqual([]);
  });

  it('name each scope that no role grants, and none where the scopes are not known', () => {
    const sdl = `${LINK}type Query { a: Int @requiresScopes(scopes: [["x", "y"], ["x"]]) }`;
    expect(lintSchema(parse(sdl), { grantedScopes: [] }).map(({ message }) => message)).toEqual([
      expect.stringContaining('"x"'),
      expect.stringContaining('"y"'),
    ]);
    expect(lint(sdl)).toEqual([]);
  });
});

describe('the places of the directives', () => {
  it.each([
    ['interface I @authenticated { a: Int }', 'I'],
    ['interface I { a: Int @authenticated }', 'I.a'],
    ['type I @interfaceObject @key(fields: "id") @authenticated { id: ID }', 'I'],
    ['union U @authenticated = A type A { a: Int }', 'U'],
    ['input In @authenticated { a: Int }', 'In'],
    ['input In { a: Int @authenticated }', 'In.a'],
    ['enum E { A @authenticated }', 'E.A'],
    ['type Query { a(b: Int @authenticated): Int }', 'Query.a(b:)'],
    ['extend schema @authenticated', 'schema'],
  ])('are wrong: %s', (sdl, coordinate) => {
    expect(lint(LINK + sdl)).toEqual([`misplaced-directive ${coordinate}`]);
  });

  it('are right on objects, fields, scalars and enums', () => {
    expect(
      lint(
        `${LINK}type A @authenticated { a: Int @authenticated } scalar S @authenticated enum E @authenticated { A }`,
      ),
    ).toEqual([]);
  });
});

describe('links', () => {
  const FEDERATION = 'https://specs.apollo.dev/federation';

  it.each([
    ['there is none', ''],
    [
      'it imports something else',
      `extend schema @link(url: "${FEDERATION}/v2.9", import: ["@key"])`,
    ],
    [
      'it imports it under another name',
      `extend schema @link(url: "${FEDERATION}/v2.9", import: [{ name: "@requiresScopes", as: "@scoped" }])`,
    ],
    [
      'it is to another specification',
      'extend schema @link(url: "https://example.com/federation/v2.9", import: ["@requiresScopes"])',
    ],
  ])('are missing when %s, which is said once for each directive', (_, link) => {
    const uses = 'a: Int @requiresScopes(scopes: [["a"]]) b: Int @requiresScopes(scopes: [["a"]])';
    expect(lint(`${link} type Query { ${uses} }`)).toEqual(['missing-link Query.a']);
  });

  it.each([
    [`import: [{ name: "@requiresScopes", as: "@scoped" }]`, 'scoped'],
    ['', 'federation__requiresScopes'],
    ['as: "fed"', 'fed__requiresScopes'],
  ])('with %s make it @%s', (argument, name) => {
    const sdl = (directive: string) =>
      `extend schema @link(url: "${FEDERATION}/v2.9", ${argument}) type Mutation { a: Int @${directive}(scopes: [["a"]]) }`;
    expect(lint(sdl(name))).toEqual([]);
    expect(lint(sdl('unknown'))).toEqual(['unprotected-mutation Mutation.a']);
  });

  it('are outdated when the version knew no such directive', () => {
    const sdl = (version: string) =>
      `extend schema @link(url: "${FEDERATION}/${version}", import: ["@authenticated", "@policy"])
       type Query { a: Int @authenticated b: Int @policy(policies: [["p"]]) }`;
    expect(lint(sdl('v2.4'))).toEqual(['outdated-link Query.a', 'outdated-link Query.b']);
    expect(lint(sdl('v2.5'))).toEqual(['outdated-link Query.b']);
    expect(lint(sdl('v2.6'))).toEqual([]);
  });

  it("leave a directive of the schema's own alone, once federation's has another name", () => {
    const link = `extend schema @link(url: "${FEDERATION}/v2.9", import: [{ name: "@policy", as: "@fedPolicy" }])`;
    expect(
      lint(
        `${link} directive @policy(text: String) on FIELD_DEFINITION type Query { a: Int @policy(text: "x") }`,
      ),
    ).toEqual([]);
  });
});

describe('a supergraph', () => {
  it('is checked as it comes from composition', () => {
    const accounts = `${LINK}type Query { me: User } type Mutation { signIn: Int rename: Int @authenticated }
      interface Node { id: ID! } type User implements Node @key(fields: "id") @authenticated { id: ID! email: String }`;
    const shop = `${LINK}type Mutation { buy: Int @requiresScopes(scopes: [["shop:buy"]]) wipe: Int }
      type User @key(fields: "id") { id: ID! address: String @requiresScopes(scopes: [["shop:read"]]) } type Order { phone: String } type Query { order: Order }`;
    const { supergraphSdl, errors } = composeServices([
      { name: 'accounts', url: 'http://a', typeDefs: parse(accounts) },
      { name: 'shop', url: 'http://b', typeDefs: parse(shop) },
    ]);
    expect(errors).toBeUndefined();
    const findings = lint(supergraphSdl ?? '', {
      publicMutations: ['signIn'],
      grantedScopes: ['shop:read'],
    });
    expect(findings.sort()).toEqual([
      'ungranted-scope Mutation.buy',
      'unprotected-mutation Mutation.wipe',
      'unprotected-personal-data Order.phone',
    ]);
  });

  it('may have on its interfaces what composition refuses in a subgraph', () => {
    const { errors } = composeServices([
      {
        name: 'a',
        url: 'http://a',
        typeDefs: parse(
          `${LINK}type Query { a: I } interface I @authenticated { a: Int } type A implements I { a: Int }`,
        ),
      },
    ]);
    expect(errors?.[0]?.extensions.code).toBe('AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE');
    const features = ['join/v0.5', 'authenticated/v0.1'].map(
      (feature) => `@link(url: "https://specs.apollo.dev/${feature}")`,
    );
    expect(
      lint(
        `schema ${features.join(' ')} { query: Query } interface I @authenticated { a: Int @authenticated } type Query { a: I }`,
      ),
    ).toEqual([]);
  });
});

describe('authgraph lint-schema', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authgraph-lint-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('prints a line for each finding and exits with 1, and with 0 when there are none', async () => {
    const file = join(folder, 'schema.graphql');
    await writeFile(file, `${LINK}type Mutation {\n  pay: Int\n}`);
    const found = await runCommand(['lint-schema', file], {});
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(
      new RegExp(`^${file}:4: error unprotected-mutation Mutation\\.pay: .*\\n1 finding\\n$`),
    );
    expect(await runCommand(['lint-schema', file, '--public', 'signIn,pay'], {})).toEqual({
      code: 0,
      stdout: 'No findings.\n',
      stderr: '',
    });
  });

  it('prints JSON, from standard input', async () => {
    const { code, stdout } = await runCommand(
      ['lint-schema', '-', '--json', '--personal-data', 'nick'],
      {},
      `${LINK}type A { nick: Int email: Int }`,
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      file: '-',
      findings: [
        {
          rule: 'unprotected-personal-data',
          severity: 'warning',
          coordinate: 'A.nick',
          message: expect.any(String),
          line: 3,
        },
      ],
    });
    const clean = await runCommand(['lint-schema', '-', '--json'], {}, `${LINK}type A { a: Int }`);
    expect({ code: clean.code, answer: JSON.parse(clean.stdout) }).toEqual({
      code: 0,
      answer: { file: '-', findings: [] },
    });
  });

  it("knows the scopes of authgraph's own roles, unless others are named", async () => {
    const sdl = `${LINK}type Query { a: Int @requiresScopes(scopes: [["users:read"]]) b: Int @requiresScopes(scopes: [["orders:read"]]) }`;
    const own = await runCommand(['lint-schema', '-'], {}, sdl);
    expect({ code: own.code, lines: own.stdout.match(/ungranted-scope \S+/g) }).toEqual({
      code: 1,
      lines: ['ungranted-scope Query.b:'],
    });
    expect(
      (await runCommand(['lint-schema', '-', '--scopes', 'orders:read, users:read'], {}, sdl)).code,
    ).toBe(0);
  });

  it('exits with 2 when the file cannot be read, or is no schema', async () => {
    const missing = await runCommand(['lint-schema', join(folder, 'missing.graphql')], {});
    expect({ ...missing, stderr: missing.stderr.slice(0, 10) }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'authgraph:',
    });
    for (const text of ['', 'type A {', '{ me { id } }', '{"data":{}}']) {
      const { code, stdout } = await runCommand(['lint-schema', '-'], {}, text);
      expect({ text, code, stdout }).toEqual({ text, code: 2, stdout: '' });
    }
    expect((await runCommand(['lint-schema'], {})).code).toBe(2);
  });
});
