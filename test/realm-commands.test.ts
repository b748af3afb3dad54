import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedded, runCommand } from './harness/command-line.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';
import { copyTemplate } from './harness/service.js';

// Each command is a process of its own that opens a database.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let dataDir: string;
beforeAll(async () => {
  dataDir = await copyTemplate();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const run = (line: string, input = '') => runCommand(line.split(' '), embedded(dataDir), input);

describe('authgraph realms', () => {
  it('creates, lists, shows, sets and deletes a realm', async () => {
    const created = await run('realms create acme accessTokenTtl=5m signingAlg=EdDSA');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(
      /^acme {2}\/realms\/acme\/graphql {2}created \S+\n {2}accessTokenTtl=5m\n {2}signingAlg=EdDSA\n$/,
    );
    const list = await run('realms list --json');
    const listed = list.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([{ id: 'acme' }, { id: 'default', settings: {} }]);

    const changed = await run('realms set acme accessTokenTtl=1m signingAlg= --json');
    expect(JSON.parse(changed.stdout)).toMatchObject({ settings: { accessTokenTtl: '1m' } });
    const shown = await run('realms show acme --json');
    expect(shown).toEqual(changed);

    expect(await run('realms delete acme')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('--yes'),
    });
    expect(await run('realms delete acme --yes')).toMatchObject({
      code: 0,
      stdout: 'deleted acme\n',
    });
    expect((await run('realms list')).stdout).toBe('default\n');
  });

  it.each([
    ['create Acme', 1, /"Acme" is not a realm id/],
    ['create acme accessTokenTtl', 2, /"accessTokenTtl" is not name=value/],
    ['set default', 2, /missing required argument/],
  ])('refuses "%s" with exit code %i and one line', async (line, exitCode, message) => {
    const { code, stdout, stderr } = await run(`realms ${line}`);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('--realm', () => {
  it('makes users and keys in that realm, and cleans up in it', async () => {
    await run('realms create beta');
    const email = 'alice@users.example.com';
    const create = (realm: string) =>
      run(`users create --email ${email} --realm ${realm}`, `${GOOD_PASSWORD}\n`);
    const [first, second] = [await create('beta'), await create('default')];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).not.toBe(second.stdout);
    expect((await create('beta')).stderr).toMatch(/has an account already/);

    const rotated = await run('keys rotate --realm beta');
    const [, kid = ''] = /^ES256 {2}(\S+)/.exec(rotated.stdout) ?? [];
    expect((await run('keys list --realm beta')).stdout).toContain(kid);
    expect((await run('keys list')).stdout).not.toContain(kid);
    expect((await run('cleanup --realm beta')).code).toBe(0);
    const deleted = await run('realms delete beta --yes --json');
    expect(JSON.parse(deleted.stdout)).toEqual({ deleted: 'beta' });
  });

  it('is refused where there is no such realm', async () => {
    const { code, stdout, stderr } = await run('keys list --realm nowhere');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/There is no such realm/);
  });
});
