import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../harness/command-line.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { codeBlocksIn, codeOf, DOCUMENTS } from '../package/code-blocks.js';
import { argumentsOf, isForDatabase, shellCommandsIn } from '../package/shell-commands.js';

const COMMANDS = DOCUMENTS.flatMap(codeBlocksIn)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => shellCommandsIn(code))
  .flatMap(({ words }) => [argumentsOf(words) ?? []])
  .filter(isForDatabase);
/** A hash where the document leaves it out. */
const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';

describeOnSharedServers('the commands that the documentation shows', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    servers = await open();
    database = await createTestDatabase(servers.databaseUrl);
    folder = await mkdtemp(join(tmpdir(), 'authgraph-commands-'));
    const templates = join(folder, 'own-templates');
    await mkdir(join(templates, 'en'), { recursive: true });
    const mail = join(templates, 'en/password-reset.liquid');
    await writeFile(mail, codeOf('docs/accounts.md', 'liquid'));
    const issuer = { AUTHGRAPH_ISSUER: 'http://localhost:4000', AUTHGRAPH_TEMPLATES: templates };
    env = { ...clusterSettings(database.url), ...issuer };
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  it('are carried out, one after another', async () => {
    const user = JSON.parse(codeOf('docs/administration.md', 'json'));
    const file = join(folder, 'users.jsonl');
    await writeFile(file, JSON.stringify({ ...user, passwordHash: HASH }));
    for (const args of COMMANDS) {
      // A person at a terminal is asked before something is deleted.
      const answers = args.includes('delete') ? ['--yes'] : [];
      const words = [...args.map((arg) => (arg === 'users.jsonl' ? file : arg)), ...answers];
      const result = await runCommand(words, env, 'mauve-otter-climbs-77\n');
      expect({ args, ...result }).toMatchObject({ args, code: 0 });
    }
    expect(COMMANDS.length).toBeGreaterThanOrEqual(6);
    const imported = await database.sql('select 1 from users where email = ?', [user.email]);
    expect(imported).toHaveLength(1);
  }, 120_000);

  it('write the templates of mails, and show those that stand in their place', async () => {
    const mails = async (command: string) => {
      const to = join(folder, command);
      const result = await runCommand(['mail', command, '--to', to], env);
      expect(result).toMatchObject({ code: 0 });
      return (await readdir(to, { recursive: true })).map((name) => join(to, name));
    };
    const written = await mails('templates');
    const listed = codeOf('docs/accounts.md', '').match(/^[\w/-]+\.liquid/gm) ?? [];
    for (const name of listed) expect(written).toContain(join(folder, 'templates', name));
    const reset = (await mails('preview')).find((path) => /en.password-reset.*txt$/.test(path));
    expect(await readFile(reset ?? '', 'utf8')).toContain('Somebody asked for a new password');
  });
});
