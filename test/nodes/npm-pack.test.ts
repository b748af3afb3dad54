import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { GOOD_PASSWORD, SIGN_UP } from '../harness/graphql-client.js';
import { clusterSettings, describeOnSharedServers } from '../harness/real-servers.js';
import { startNode } from '../harness/service-process.js';
import { createTestDatabase } from '../harness/test-database.js';
import { FOLDERS, manifestOf, ROOT } from '../package/packages.js';
import { NPM_ENV } from '../package/packed.js';

const BUILT = FOLDERS.map((folder) => join(ROOT, folder, 'dist'));

describeOnSharedServers('npm pack, of all packages, while the service runs from here', (open) => {
  it('touches nothing that was built, so that what the service loads later is there', async () => {
    // What an earlier build left here of sources that are gone is not in question.
    await inEachPackage(['run', 'prepack']);
    await using servers = await open();
    await using database = await createTestDatabase(servers.databaseUrl);
    await using node = await startNode(clusterSettings(database.url));
    const before = builtFiles();
    const folder = await mkdtemp(join(tmpdir(), 'authgraph-npm-pack-'));
    try {
      await inEachPackage(['pack', '--pack-destination', folder]);
      const names = FOLDERS.map((each) => manifestOf(each).name.replace('@', '').replace('/', '-'));
      const packed = (await readdir(folder)).map((file) => file.replace(/-\d.*$/, ''));
      expect(packed.sort()).toEqual([...names].sort());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(builtFiles()).toEqual(before);

    // Threads for passwords and the jobs for mails are loaded now.
    const input = { email: 'ada@users.example.com', password: GOOD_PASSWORD };
    const signedUp = await node.send(SIGN_UP, { input });
    expect(signedUp.body.data.signUp.__typename).toBe('SignedIn');
    const reset = `mutation { requestPasswordReset(email: "${input.email}") { __typename } }`;
    expect((await node.send(reset)).body.data.requestPasswordReset.__typename).toBe('Accepted');
    expect(node.log().filter(({ level }) => level === 'error')).toEqual([]);
  }, 120_000);
});

async function inEachPackage(args: readonly string[]): Promise<void> {
  for (const folder of FOLDERS)
    await promisify(execFile)('npm', args, { cwd: join(ROOT, folder), env: NPM_ENV });
}

/** What the service loads, each file with when it was written. */
function builtFiles(): Map<string, number> {
  const files = BUILT.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(folder, name)),
  );
  return new Map(files.map((file) => [file, statSync(file).mtimeMs]));
}
