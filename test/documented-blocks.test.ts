import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { composeServices } from '@apollo/composition';
import { createTestIssuer } from '@authgraph/sdk/testing';
import { authgraph } from '@authgraph/sdk/web';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { BACKENDS } from './harness/backends.js';
import { runCommand } from './harness/command-line.js';
import { bearer, SIGN_IN, signUpUser } from './harness/graphql-client.js';
import { findPrograms, freePort } from './harness/servers.js';
import { startService, type TestService } from './harness/service.js';
import {
  type CodeBlock,
  codeBlocksIn,
  codeOf,
  DOCUMENTS,
  indentedCodeIn,
} from './package/code-blocks.js';
import { COMPILED_DOCUMENTS, TYPESCRIPT } from './package/documented-examples.js';
import { FOLDERS, manifestOf, ROOT } from './package/packages.js';
import { argumentsOf, isForDatabase, shellCommandsIn } from './package/shell-commands.js';

const run = promisify(execFile);
const PUBLISHED = FOLDERS.map((folder) => manifestOf(folder).name);

/** Blocks that another file compiles or runs, each by its page. */
const ELSEWHERE: Readonly<Record<string, (block: CodeBlock) => boolean>> = {
  'test/package-examples.test.ts': ({ document, language }) =>
    TYPESCRIPT.test(language) && COMPILED_DOCUMENTS.includes(document),
  'test/documented-apps.test.ts': ({ document, language }) =>
    /^tsx?$/.test(language) && document === 'docs/react.md',
  'test/next-in-browser.test.ts': ({ document, language }) =>
    /^tsx?$/.test(language) && document === 'docs/nextjs.md',
  'test/supergraph.test.ts': ({ document, language }) =>
    /^(?:ts|js|graphql)$/.test(language) && document === 'docs/federation.md',
  'test/nodes/backends.test.ts': ({ document, section }) =>
    document === 'docs/backends.md' && BACKENDS.some((backend) => backend.section === section),
  'test/webhooks.test.ts': ({ document, language }) =>
    document === 'docs/webhooks.md' && language === 'js',
  'test/nodes/documented-commands.test.ts': ({ document, language }) =>
    ['docs/accounts.md', 'docs/administration.md'].includes(document) && language !== 'sh',
  'test/nodes/backups.test.ts': ({ document, section }) =>
    document === 'docs/operations.md' && section === 'Backups',
};

const blocks = DOCUMENTS.flatMap(codeBlocksIn);
const here = blocks.filter((block) => !Object.values(ELSEWHERE).some((has) => has(block)));
const inLanguage = (language: string) => here.filter((block) => block.language === language);
/** Those that the tests below take one by one. */
const HERE = [
  'README.md js',
  'README.md graphql',
  'docs/backends.md php',
  'docs/backends.md csharp',
  'docs/backends.md ruby',
  'docs/frameworks.md http',
  'docs/monitoring.md yaml',
  'docs/monitoring.md ini',
  'docs/operations.md json',
  'docs/sdk.md ',
  'docs/webhooks.md json',
  'CONTRIBUTING.md ',
];

describe('a code block of the documentation', () => {
  it('is compiled or run by a test: one here, if none of the others does', () => {
    const untested = here.filter(
      ({ document, language }) => language !== 'sh' && !HERE.includes(`${document} ${language}`),
    );
    expect(untested.map(({ place, language }) => `${place} ${language}`)).toEqual([]);
    for (const [file, has] of Object.entries(ELSEWHERE)) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(blocks.some(has), file).toBe(true);
    }
  });

  it.each(DOCUMENTS)('of %s stands between fences', (document) => {
    expect(indentedCodeIn(document)).toEqual([]);
  });
});

describe('what the documentation shows of a running service', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let service: TestService;
  let token: string;
  let userId: string;
  let issuer: string;
  beforeAll(async () => {
    const port = await freePort();
    issuer = `http://localhost:${port}`;
    service = resources.use(
      await startService({ env: { PORT: `${port}`, AUTHGRAPH_ISSUER: issuer } }),
    );
    folder = await mkdtemp(join(tmpdir(), 'authgraph-blocks-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const user = await signUpUser(service.send);
    ({ accessToken: token, id: userId } = user);
  });
  afterAll(() => resources.disposeAsync());

  const curls = here.filter(({ code }) => code.startsWith('curl '));
  it.each(curls)('the call of $place is answered', async ({ code }) => {
    const script = code.replace('http://localhost:4000', service.url).replace('curl', 'curl -sSf');
    const { stdout } = await run('bash', ['-c', script]);
    expect(JSON.parse(stdout).data.signUp).toMatchObject({
      __typename: 'SignedIn',
      tokens: { accessToken: expect.any(String) },
    });
  });

  it('a server with nothing but jose knows the user (README.md)', async () => {
    const file = join(folder, 'session-of.mjs');
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await writeFile(file, codeOf('README.md', 'js'));
    vi.stubEnv('AUTHGRAPH_ISSUER', issuer);
    const { sessionOf } = await import(pathToFileURL(file).href);
    vi.unstubAllEnvs();
    expect(await sessionOf({ headers: bearer(token) })).toMatchObject({ userId });
    expect(await sessionOf({ headers: {} })).toBeNull();
    await expect(sessionOf({ headers: bearer(`${token}x`) })).rejects.toThrow();
  });

  it('another subgraph that refers to users composes with it (README.md)', async () => {
    const federation = 'https://specs.apollo.dev/federation/v2.9';
    const notes = `extend schema @link(url: "${federation}", import: ["@key"])
      type Query { notes: [Note!]! } ${codeOf('README.md', 'graphql')}`;
    const { body } = await service.send('{ _service { sdl } }');
    const { errors } = composeServices([
      { name: 'authgraph', url: service.url, typeDefs: parse(body.data._service.sdl) },
      { name: 'notes', url: 'http://notes.test', typeDefs: parse(notes) },
    ]);
    expect(errors ?? []).toEqual([]);
  });

  it('its readiness is what docs/operations.md says', async () => {
    const answer = await fetch(`${service.url}/health/ready`);
    expect(await answer.json()).toEqual(JSON.parse(codeOf('docs/operations.md', 'json')));
  });

  it("fail2ban's filter finds the address in the log (docs/monitoring.md)", async () => {
    const pattern = /^failregex = (.*)$/m.exec(codeOf('docs/monitoring.md', 'ini'))?.[1] ?? '';
    const input = { email: 'nobody@users.example.com', password: 'not the password' };
    await service.send(SIGN_IN, { input });
    const failure = new RegExp(pattern.replace('<HOST>', '(?<host>[\\d.:a-f]+)'), 'm');
    expect(failure.exec(service.logged())?.groups?.host).toBe('127.0.0.1');
  });

  it('Prometheus reads what docs/monitoring.md tells it', () => {
    const { scrape_configs } = parseYaml(codeOf('docs/monitoring.md', 'yaml'));
    expect(scrape_configs).toEqual([
      {
        job_name: 'authgraph',
        authorization: { credentials_file: expect.any(String) },
        static_configs: [{ targets: ['auth-1:4000', 'auth-2:4000'] }],
      },
    ]);
  });
});

describe('what the documentation shows of the sdk', () => {
  it('a refused request gets the answer of docs/frameworks.md', async () => {
    const testIssuer = await createTestIssuer();
    const { verifySession } = authgraph({ ...testIssuer.options, onDenied: () => {} });
    const headers = await testIssuer.headers({ fault: 'expired' });
    const GET = verifySession()(() => new Response());
    const answer = await GET(new Request('http://localhost/', { headers }));
    const [head = '', body = ''] = codeOf('docs/frameworks.md', 'http').split('\n\n');
    const [status = '', ...lines] = head.split('\n');
    expect(status).toBe(`HTTP/1.1 ${answer.status} Unauthorized`);
    const shown = lines.map((line) => line.split(': ', 2));
    expect(shown).toEqual(shown.map(([name = '']) => [name, answer.headers.get(name)]));
    expect(await answer.json()).toEqual(JSON.parse(body));
  });

  it('a wrong audience is logged as docs/sdk.md says', async () => {
    const issuer = 'https://auth.example.com';
    const testIssuer = await createTestIssuer({ issuer });
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const audience = 'https://api.example.com';
    const { verifySession } = authgraph({ ...testIssuer.options, audience });
    const request = new Request('http://localhost/', { headers: await testIssuer.headers() });
    await verifySession()(() => new Response())(request);
    expect(warn.mock.calls.flat().join()).toContain(codeOf('docs/sdk.md', '').trim());
    warn.mockRestore();
  });
});

describe('the commands of the documentation', () => {
  const commands = inLanguage('sh').flatMap(({ place, code }) =>
    shellCommandsIn(code).map((command) => ({
      place,
      command: command.words.join(' '),
      ...command,
    })),
  );
  const ours = commands.flatMap(({ place, words }) => {
    const args = argumentsOf(words);
    return args === undefined ? [] : [{ place, args, command: args.join(' ') }];
  });
  const settings = new Set(commands.flatMap((command) => command.settings));
  const others = commands.filter(({ words }) => words[0] && argumentsOf(words) === undefined);

  it.each([...settings])('know of the setting %s', async (name) => {
    const known = ['docs/configuration.md', 'CONTRIBUTING.md', '.ci/run', 'Dockerfile'];
    const pages = await Promise.all(known.map((page) => readFile(join(ROOT, page), 'utf8')));
    const isOfTheRouter = name === 'ROUTER_CONFIG_FILE_PATH';
    expect(isOfTheRouter || pages.some((page) => page.includes(name))).toBe(true);
  });

  it.each(others)('$place: $command', ({ words }) => expect(problemOf(words)).toBeUndefined());

  describe('of authgraph itself', () => {
    const checked = ours.filter(({ args }) => !isForDatabase(args));

    it.each(checked)('$place: $command is one', async ({ args }) => {
      const flags = args.filter((arg) => arg.startsWith('--'));
      const rest = args.findIndex((arg) => !/^[a-z][a-z-]*$/.test(arg));
      const names = rest === -1 ? args : args.slice(0, rest);
      const { code, stdout } = await runCommand([...names, '--help'], {});
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: authgraph ${names.join(' ')}`);
      for (const flag of flags) expect(stdout).toContain(flag);
    });
  });
});

describe('programs in languages that nothing here runs', () => {
  const found = (program: string) => findPrograms(program)?.path(program);
  const csharp = join(ROOT, 'test/frameworks/csharp-syntax.mjs');
  const hasGrammar = existsSync(join(ROOT, 'test/frameworks/node_modules/@lumis-sh/wasm-csharp'));
  it.each([
    ['php', found('php'), ['-l'], '<?php\n'],
    ['ruby', found('ruby'), ['-c'], ''],
    ['csharp', hasGrammar ? process.execPath : undefined, [csharp], ''],
  ] as const)('%s has a syntax', async (language, program, args, opening) => {
    if (program === undefined) {
      process.stderr.write(
        `\n*** docs/backends.md: ${language} is NOT checked: nothing here knows its syntax ***\n\n`,
      );
      return;
    }
    const folder = await mkdtemp(join(tmpdir(), 'authgraph-syntax-'));
    const file = join(folder, 'program');
    await writeFile(file, opening + codeOf('docs/backends.md', language));
    await run(program, [...args, file]).finally(() => rm(folder, { recursive: true, force: true }));
  });
});

it('what docs/webhooks.md shows of a message has its three members', () => {
  const message = JSON.parse(codeOf('docs/webhooks.md', 'json'));
  expect(Object.keys(message)).toEqual(['type', 'timestamp', 'data']);
});

it('the folders of CONTRIBUTING.md exist', () => {
  const folders = codeOf('CONTRIBUTING.md', '').match(/^\S+/gm) ?? [];
  expect(folders.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(folders.length).toBeGreaterThan(10);
});

/** Why a command that is not ours cannot be right. */
function problemOf([program = '', ...args]: readonly string[]): string | undefined {
  const exists = (path = '') => existsSync(join(ROOT, path));
  const after = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : '.');
  if (program === 'npm') {
    const [what = '', name = ''] = args;
    if (what === 'ci')
      return exists(join(after('--prefix') ?? '', 'package-lock.json')) ? undefined : 'no lock';
    if (what === 'install')
      return args.slice(1).every((each) => PUBLISHED.includes(each)) ? undefined : 'not ours';
    const script = what === 'run' ? name : what;
    return manifestOf('.').scripts[script] === undefined ? `no script ${script}` : undefined;
  }
  if (program === 'node') {
    const [file = ''] = args;
    const found = exists(file) || exists(`examples/supergraph/gateways/${file}`);
    return found ? undefined : `no file ${file}`;
  }
  return ['curl', 'hive_router'].includes(program) ? undefined : `nobody checks ${program}`;
}
