import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameworksAreInstalled, INSTALL_COMMAND } from './harness/framework-apps.js';
import { modulesOf, ROOT } from './package/packages.js';

const FRAMEWORKS = join(ROOT, 'test', 'frameworks', 'node_modules');
const COMPILERS = {
  'TypeScript 7': join(ROOT, 'node_modules', 'typescript'),
  'TypeScript 5.9': join(FRAMEWORKS, 'typescript'),
};
const ADAPTERS = modulesOf('packages/sdk').filter(({ code }) => code.includes('/adapters/'));

/** Everything that an app may export without a type of its own. */
const MEMBERS = {
  express: ['verifySession', 'requireSession', 'errorHandler', 'corsOptions'],
  fastify: ['verifySession', 'requireSession', 'errorHandler', 'corsOptions'],
  koa: ['verifySession', 'requireSession', 'errorHandler', 'corsOptions'],
  hapi: ['plugin', 'verifySession', 'requireSession', 'corsOptions'],
  loopback: ['verifySession', 'errorHandler', 'corsOptions'],
  nestjs: ['verifySession', 'guard', 'CurrentSession', 'corsOptions'],
  next: ['verifySession', 'preflight', 'middleware', 'checkSession', 'getSession'],
  lambda: ['verifySession', 'corsHeaders'],
  node: ['verifySession'],
  web: ['verifySession', 'preflight'],
};

/** What each of them makes, as an app exports it from its own auth.ts. */
function sourceOf(name: string): string {
  const adapter = name.split('/').at(-1) ?? '';
  const members = MEMBERS[adapter as keyof typeof MEMBERS]; // the test below names them all
  return `import { authgraph } from '${name}';
const options = { issuer: 'https://auth.example.com', audience: 'https://auth.example.com' };
export const auth = authgraph(options);
export const { ${members.join(', ')} } = auth;
export const guarded = verifySession({ scopes: ['orders:read'] });
${members.includes('middleware') ? 'export const proxy = middleware();\n' : ''}`;
}

if (!frameworksAreInstalled) {
  process.stderr.write(`\n*** The adapters' types are NOT tested: run ${INSTALL_COMMAND} ***\n\n`);
}

describe.skipIf(!frameworksAreInstalled)('the types of the adapters', () => {
  let folder: string;

  /** The package lies in node_modules as npm puts it, where no relative path could name a type. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authgraph-types-'));
    const sdk = join(folder, 'node_modules', '@authgraph', 'sdk');
    await cp(join(ROOT, 'packages', 'sdk', 'dist'), join(sdk, 'dist'), { recursive: true });
    await cp(join(ROOT, 'packages', 'sdk', 'package.json'), join(sdk, 'package.json'));
    await mkdir(join(folder, 'node_modules', '@types'));
    for (const name of ['fastify', 'koa', '@nestjs', 'next', 'graphql', 'jose', 'rxjs'])
      await symlink(join(FRAMEWORKS, name), join(folder, 'node_modules', name), 'junction');
    for (const name of ['node', 'koa', 'express'])
      await symlink(join(FRAMEWORKS, '@types', name), join(folder, 'node_modules', '@types', name));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { name } of ADAPTERS)
      await writeFile(join(folder, `${name.split('/').at(-1)}.ts`), sourceOf(name));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.entries(COMPILERS))(
    'can be named in the declarations that %s writes of an app',
    async (_, compiler) => {
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        target: 'es2023',
        module: 'nodenext',
        declaration: true,
        emitDeclarationOnly: true,
        outDir: 'types',
        skipLibCheck: true,
        types: ['node'],
      };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
      const run = promisify(execFile)(process.execPath, [join(compiler, 'bin/tsc'), '-p', folder]);
      expect(await run.catch(({ stdout }: { stdout: string }) => stdout)).toMatchObject({
        stdout: '',
      });
    },
    60_000,
  );

  it('are those of every adapter', () => {
    expect(ADAPTERS.map(({ name }) => name.split('/').at(-1)).toSorted()).toEqual(
      Object.keys(MEMBERS).toSorted(),
    );
  });
});
