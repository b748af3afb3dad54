import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** What a command prints; fails when it ends with anything but 0. */
async function run(line: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await runCommand(line.split(' '), embedded(dataDir), input);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const linesOf = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the command line', () => {
  it('manages users and roles, as the API does', async () => {
    const [{ id }] = linesOf(
      await run('users create --email Root@x.example.com --role admin --json', GOOD_PASSWORD),
    );
    expect(await run('roles save editor posts:write posts:read')).toBe(
      'editor  posts:write posts:read\n',
    );
    await run('users grant root@x.example.com editor');
    const shown = { id, email: 'Root@x.example.com', roles: ['admin', 'editor'], disabled: false };
    expect(linesOf(await run(`users show ${id} --json`))).toMatchObject([shown]);
    expect(linesOf(await run('users list --role editor --json'))).toMatchObject([shown]);
    expect(linesOf(await run('roles list --json'))).toMatchObject([
      { name: 'admin' },
      { name: 'editor', scopes: ['posts:write', 'posts:read'] },
    ]);
    await expect(run(`users disable ${id}`)).rejects.toThrow('last administrator');
    await expect(run(`users delete ${id}`)).rejects.toThrow('--yes');
    await expect(run('users show nobody@x.example.com')).rejects.toThrow('no such user');
    await run('roles delete editor');
    await run(`users set-password ${id}`, 'another-otter-climbs-88');
    expect(linesOf(await run('audit list --json')).map(({ type }) => type)).toEqual([
      'user.created',
      'role.saved',
      'user.role_granted',
      'user.role_revoked',
      'role.deleted',
      'user.password_changed',
    ]);
    expect(linesOf(await run('audit export --type role.saved'))).toMatchObject([
      { operation: 'roles save', via: 'command-line', actorId: null },
    ]);
  });

  it('takes users over from a file, and ends with 1 where it refused a line', async () => {
    const file = join(dataDir, 'users.jsonl');
    await writeFile(file, '{"email":"a@file.example.com"}\n{"email":"nothing"}\n');
    const first = await runCommand(['users', 'import', file], embedded(dataDir));
    expect(first).toEqual({
      code: 1,
      stdout: 'imported 1, were there already 0, refused 1\n',
      stderr: 'line 2: "email" is no address\n',
    });
    expect(linesOf(await run('users export'))).toMatchObject([
      { email: 'Root@x.example.com' },
      { email: 'a@file.example.com' },
    ]);
    await expect(run('users import /nonexistent.jsonl')).rejects.toThrow('ENOENT');
  });

  it('reads a file to its last line, however long it is', async () => {
    const file = join(dataDir, 'many.jsonl');
    const lines = Array.from({ length: 6_000 }, (_, n) => `{"email":"${n}@many.example.com"}\n`);
    await writeFile(file, lines.join(''));
    expect(linesOf(await run(`users import ${file} --json`))).toEqual([
      { lines: 6_000, imported: 6_000, known: 0, refused: 0 },
    ]);
  });

  it('invites users, and shows and changes what is stored with them', async () => {
    const invite = await run('users create --email New@x.example.com --invite --json');
    const [{ id }] = linesOf(invite);
    const waiting = linesOf(await run('jobs list --state waiting --json'));
    expect(waiting.map(({ kind }) => kind)).toContain('mail.send');
    const patch = await run(`users metadata ${id} --public {"plan":"pro","a":1} --private {"b":2}`);
    expect(patch).toBe('public   {"a":1,"plan":"pro"}\nprivate  {"b":2}\n');
    const metadata = (line: string) => run(`users metadata new@x.example.com ${line}`);
    expect(linesOf(await metadata('--public {"a":null} --json'))).toEqual([
      { id, publicMetadata: { plan: 'pro' }, privateMetadata: { b: 2 } },
    ]);
    await expect(metadata('--public [1]')).rejects.toThrow('JSON object');
    await expect(metadata('--public {')).rejects.toThrow('no JSON');
  });
});
