import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_COMMAND } from './harness/framework-apps.js';
import { startService, type TestService } from './harness/service.js';
import { docstringExamples } from './package/docstring-examples.js';
import {
  COMPILED_DOCUMENTS,
  canRun,
  compileExamples,
  type EmptyProject,
  type Example,
  examplesIn,
} from './package/documented-examples.js';
import { modulesOf } from './package/packages.js';

/** For processes of their own: seconds suffice, unless the machine is busy with the other tests. */
const PROCESS_TIMEOUT_MS = 120_000;
const PACKAGES = ['packages/sdk', 'packages/client'];
const RUN_EXAMPLE = fileURLToPath(new URL('package/run-example.mjs', import.meta.url));
const STRICT = {
  target: 'ES2023',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  experimentalDecorators: true,
  skipLibCheck: true,
};
const MISTAKEN: Example = {
  place: 'a mistake',
  code: "import { authgraph } from '@authgraph/sdk/web';\nauthgraph({ issuer: 1, audience: '' });\n",
  missing: [],
};

describe('the examples in the documentation', () => {
  const inDocstrings = PACKAGES.flatMap(docstringExamples);
  const inDocuments = COMPILED_DOCUMENTS.flatMap(examplesIn);
  const examples = [...inDocuments, ...inDocstrings];
  const checked = examples.filter(({ missing }) => missing.length === 0);
  const skipped = examples.filter(({ missing }) => missing.length > 0);
  const ofPackages = checked.filter(({ place }) => /^packages\/.*\.md:/.test(place));
  let service: TestService;
  let signedUp: { id: string; token: string };
  let project: EmptyProject;
  const ports = new Map<string, number>();

  beforeAll(async () => {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    service = await startService({ env: { PORT: `${port}`, AUTHGRAPH_ISSUER: issuer } });
    signedUp = await signUp(service);
    for (const { place } of ofPackages) ports.set(place, await freePort());
    project = await compileExamples([...checked.map(forThisMachine), MISTAKEN], STRICT);
  }, PROCESS_TIMEOUT_MS);
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });

  /** With the service's address in the place of what the example has, and a port that is free. */
  function forThisMachine(example: Example): Example {
    const { place, code } = example;
    const here = code
      .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):4000/g, service.url)
      .replaceAll(/\b(?:3000|4001)\b/g, (port) => `${ports.get(place) ?? port}`);
    return { ...example, code: here };
  }

  if (skipped.length > 0) {
    const places = skipped.map(({ place, missing }) => `${place} (${missing.join(', ')})`);
    process.stderr.write(
      `\n*** Examples that are NOT compiled, since their frameworks are not installed: ${places.join(', ')}. Run: ${INSTALL_COMMAND} ***\n\n`,
    );
  }

  it.each(PACKAGES)('%s has one for each of its modules', (folder) => {
    const used = inDocuments
      .filter(({ place }) => place.startsWith(folder))
      .flatMap(({ code }) => [...code.matchAll(/from '(@authgraph\/[^']+)'/g)])
      .map(([, name]) => name);
    expect(modulesOf(folder).filter(({ name }) => !used.includes(name))).toEqual([]);
  });

  it.each(PACKAGES)('%s has one in the docstring of each function it exports', async (folder) => {
    const documented = inDocstrings.map(({ place }) => place.split('#')[1]);
    for (const { name } of modulesOf(folder)) {
      const exported = Object.entries(await import(name));
      const functions = exported.filter(
        ([, value]) => typeof value === 'function' && !/^class\b/.test(String(value)),
      );
      expect(functions.map(([each]) => each).filter((each) => !documented.includes(each))).toEqual(
        [],
      );
    }
  });

  it.each(checked)('$place compiles, strictly', ({ place }) => {
    expect(project.complaints.get(place) ?? []).toEqual([]);
  });

  const runnable = ofPackages.filter(({ code }) => canRun(code));
  it.skip.each(ofPackages.filter(({ code }) => !canRun(code)))(
    '$place runs (its framework is not installed)',
    () => {},
  );

  it.each(runnable)(
    '$place runs, and refuses an anonymous where it answers requests',
    async ({ place, code }) => {
      const listens = /\b(?:3000|4001)\b/.test(code) ? `${ports.get(place)}` : '';
      const args = [RUN_EXAMPLE, project.compiled(place), listens, signedUp.token];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { anonymous, signedIn } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      if (/\bGET =|\bhandler =|listen|server\.start/.test(code)) {
        expect(anonymous).toMatch(/^401 |UNAUTHENTICATED/);
        expect(signedIn).toMatch(new RegExp(`^200 .*(?:${signedUp.id}|"myNotes":\\[)`));
      } else {
        expect(anonymous).toBeNull();
      }
    },
    PROCESS_TIMEOUT_MS,
  );

  it.skip.each(skipped)('$place compiles, strictly (needs $missing)', () => {});

  it('would not compile with a mistake in them, and there is no other', () => {
    expect(project.complaints.get(MISTAKEN.place)).toEqual([expect.stringContaining('TS2322')]);
    expect([...project.complaints.keys()]).toEqual([MISTAKEN.place]);
  });
});

describe('the client in a project for browsers', () => {
  it(
    'needs neither the types of Node.js nor leniency towards declarations',
    async () => {
      const code =
        "import { createAuthClient } from '@authgraph/client';\nexport const auth = createAuthClient({ url: '/graphql' });\n";
      const browser = {
        ...STRICT,
        types: [],
        lib: ['ES2022', 'DOM'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        skipLibCheck: false,
      };
      await using app = await compileExamples([{ place: 'app.ts', code, missing: [] }], browser);
      expect(app.complaints).toEqual(new Map());
    },
    PROCESS_TIMEOUT_MS,
  );
});

async function signUp({ send }: TestService): Promise<{ id: string; token: string }> {
  const { body } = await send(
    `mutation { signUp(input: { email: "reader@example.com", password: "mauve-otter-climbs-77" }) {
      ... on SignedIn { user { id } tokens { accessToken } } } }`,
  );
  return { id: body.data.signUp.user.id, token: body.data.signUp.tokens.accessToken };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
