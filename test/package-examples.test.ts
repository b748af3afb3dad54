import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_COMMAND } from './harness/framework-apps.js';
import { complaintsAbout, type Example, examplesIn } from './package/documented-examples.js';
import { modulesOf, ROOT } from './package/packages.js';

/** For a process of its own: seconds suffice, unless the machine is busy with the other tests. */
const PROCESS_TIMEOUT_MS = 120_000;

describe('the examples in the documentation', async () => {
  const examples = (
    await Promise.all(['README.md', 'docs/sdk.md'].map((document) => examplesIn(ROOT, document)))
  ).flat();
  const checked = examples.filter(({ missing }) => missing.length === 0);
  const skipped = examples.filter(({ missing }) => missing.length > 0);
  let complaints: Map<string, string[]>;
  beforeAll(async () => {
    complaints = await complaintsAbout(ROOT, [...checked, MISTAKEN], STRICT);
  }, PROCESS_TIMEOUT_MS);

  if (skipped.length > 0) {
    const places = skipped
      .map(({ place, missing }) => `${place} (${missing.join(', ')})`)
      .join(', ');
    process.stderr.write(
      `\n*** Examples that are NOT compiled, since their frameworks are not installed: ${places}. Run: ${INSTALL_COMMAND} ***\n\n`,
    );
  }

  it('are there for every subpath', () => {
    const used = new Set(
      examples.flatMap(({ code }) =>
        [...code.matchAll(/from '(@authgraph\/[^']+)'/g)].map(([, name]) => name),
      ),
    );
    const documentedElsewhere = ['@authgraph/sdk/lint', '@authgraph/client/apollo'];
    const names = ['packages/sdk', 'packages/client'].flatMap(modulesOf).map(({ name }) => name);
    expect(names.filter((name) => !used.has(name))).toEqual(documentedElsewhere);
  });

  it.each(checked)('$place compiles, strictly', ({ place }) => {
    expect(complaints.get(place) ?? []).toEqual([]);
  });

  it.skip.each(skipped)('$place compiles, strictly (needs $missing)', () => {});

  it('would not compile with a mistake in them, and there is no other', () => {
    expect(complaints.get(MISTAKEN.place)).toEqual([expect.stringContaining('TS2322')]);
    expect([...complaints.keys()]).toEqual([MISTAKEN.place]);
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
      expect(
        await complaintsAbout(ROOT, [{ place: 'app.ts', code, missing: [] }], browser),
      ).toEqual(new Map());
    },
    PROCESS_TIMEOUT_MS,
  );
});

const MISTAKEN: Example = {
  place: 'a mistake',
  code: "import { authgraph } from '@authgraph/sdk/web';\nauthgraph({ issuer: 1, audience: '' });\n",
  missing: [],
};

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
