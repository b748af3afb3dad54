import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embedded, outcomeOf, runCommand, spawnCommand } from './harness/command-line.js';
import { GOOD_PASSWORD, graphqlClient, SIGN_IN, signUpUser } from './harness/graphql-client.js';
import { copyTemplate } from './harness/service.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await copyTemplate();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const run = (line: string, input = '', env: Record<string, string> = {}) =>
  runCommand(line.split(' '), { ...embedded(dataDir), ...env }, input);

/** Starts the service, and resolves when it says where it listens. */
async function serve(env: Record<string, string> = {}) {
  const child = spawnCommand(['serve'], { ...embedded(dataDir), ...env });
  const outcome = outcomeOf(child);
  const url = await Promise.race([listening(child), outcome.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return {
    url,
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal);
      return outcome;
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  let text = '';
  for (;;) {
    const [chunk] = await once(child.stdout ?? child, 'data');
    text += String(chunk);
    const url = /GraphQL\s+(http:\S+)\/graphql/.exec(text)?.[1];
    if (url !== undefined && text.includes('A first mutation')) return url;
  }
}

describe('authgraph serve', () => {
  it('says what is where, answers, and stops with 0 when it is told to', { timeout: 30_000 }, async () => {
    const service = await serve();
    const [ready, jwks] = await Promise.all([fetch(`${service.url}/health/ready`), fetch(`${service.url}/.well-known/jwks.json`)]);
    expect(await ready.json()).toEqual({ status: 'ready', checks: { database: true, migrations: true, keys: true } });
    expect(await jwks.json()).toMatchObject({ keys: [{ use: 'sig', alg: 'ES256' }] });
    const { code, stdout, stderr } = await service.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const text of [`${service.url}/health/ready`, `embedded, in ${dataDir}`, 'signUp(input:']) expect(stdout).toContain(text);
    expect(stdout).toContain('"msg":"Stopped"');
  });

  it('prints a first mutation that works when it is pasted into a shell', { timeout: 30_000 }, async () => {
    const service = await serve();
    try {
      const { stdout } = await service.stop().then(async (outcome) => outcome);
      const [, query = ''] = /-d '([^']+)'/.exec(stdout) ?? [];
      expect(JSON.parse(query).query).toContain('mutation { signUp(');
      const again = await serve();
      const response = await fetch(`${again.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: query,
      });
      expect(await response.json()).toMatchObject({ data: { signUp: { __typename: 'SignedIn' } } });
      await again.stop('SIGINT');
    } finally {
      await service.stop();
    }
  });

  it('lets no second process at its data directory, and the second says why', { timeout: 30_000 }, async () => {
    const service = await serve();
    try {
      for (const line of ['serve', 'migrate down --yes', 'cleanup']) {
        const { code, stderr } = await run(line);
        expect(code, line).toBe(1);
        expect(stderr).toMatch(/^authgraph: .* is open in another authgraph process \(pid \d+\)/);
      }
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    } finally {
      await service.stop();
    }
  });

  it('warns of a setting that it does not know', { timeout: 30_000 }, async () => {
    const service = await serve({ AUTHGRAPH_REFRESH_GRACES: '0s' });
    const { stdout } = await service.stop();
    expect(stdout).toContain('AUTHGRAPH_REFRESH_GRACES is not a setting');
  });

  it('exits with 1 and one line when its port is taken', { timeout: 30_000 }, async () => {
    const service = await serve();
    const otherDir = await copyTemplate();
    try {
      const env = { ...embedded(otherDir), PORT: new URL(service.url).port };
      const { code, stderr } = await runCommand(['serve'], env);
      expect(code).toBe(1);
      expect(stderr).toContain('EADDRINUSE');
    } finally {
      await service.stop();
      await rm(otherDir, { recursive: true, force: true });
    }
  });
});

describe('authgraph migrate', () => {
  let ownDir: string;
  beforeAll(async () => {
    ownDir = await copyTemplate();
  });
  afterAll(() => rm(ownDir, { recursive: true, force: true }));
  const migrate = (what: string, input = '') => runCommand(['migrate', ...what.split(' ')], embedded(ownDir), input);

  it('takes back, lists and applies the schema, with exit codes for scripts', { timeout: 60_000 }, async () => {
    const applied = await migrate('status');
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringMatching(/^applied {2}20261121000000-first-schema {2}20\d\d-/) });
    expect(await migrate('up')).toMatchObject({ code: 0, stdout: 'Nothing to do: all migrations are applied.\n' });

    const unasked = await migrate('down', 'yes\n');
    expect(unasked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--yes') });
    expect((await migrate('status')).code).toBe(0);

    const count = applied.stdout.trim().split('\n').length;
    for (let left = count; left > 0; left -= 1) {
      expect(await migrate('down --yes')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^took back /) });
    }
    expect(await migrate('down --yes')).toMatchObject({ code: 0, stdout: 'Nothing to do: no migration is applied.\n' });
    const pending = await migrate('status');
    expect(pending).toMatchObject({ code: 1, stdout: expect.stringMatching(/^pending {2}20261121000000-first-schema\n/) });
    expect(await migrate('up')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^applied 20261121000000-first-schema\n/) });
    expect((await migrate('status')).code).toBe(0);
  });
});

describe('authgraph keys', () => {
  it('lists the keys, rotates, and rotates once when it is told to twice', { timeout: 30_000 }, async () => {
    const first = await run('keys list');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^ACTIVE {5}ES256 {2}[\w-]{43} {2}created \S+Z {2}signs from \S+Z\n$/);
    const rotated = await run('keys rotate');
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ES256 {2}[\w-]{43} {2}signs from \S+Z\n$/) });
    expect((await run('keys rotate')).stdout).toBe(rotated.stdout);
    const both = await run('keys list');
    expect(both.stdout).toMatch(/^ACTIVE .*\nPUBLISHED .*\n$/);
    expect(both.stdout).toContain(first.stdout.trim());
  });

  it('says so when AUTHGRAPH_SECRET is not the one that sealed them', { timeout: 30_000 }, async () => {
    const { code, stderr } = await run('keys list', '', { AUTHGRAPH_SECRET: 'Zk3Jq8Lw0Xv5Nt2Bm7Rc4Fy9HsTd6Gp1' });
    expect(code).toBe(1);
    expect(stderr).toContain('AUTHGRAPH_SECRET is not the one it was sealed with');
  });
});

describe('authgraph users create', () => {
  it('makes an admin whose tokens carry the scopes, with a password from standard input', { timeout: 30_000 }, async () => {
    const created = await run('users create --email Root@example.com --role admin --role editor', `${GOOD_PASSWORD}\n`);
    expect(created).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
    const service = await serve();
    try {
      const { body } = await graphqlClient(service.url)(SIGN_IN, { input: { email: 'root@example.com', password: GOOD_PASSWORD } });
      const [, payload = ''] = body.data.signIn.tokens.accessToken.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      expect(claims).toMatchObject({
        sub: created.stdout.trim(),
        roles: ['admin', 'editor'],
        scope: 'users:read users:write sessions:read sessions:write roles:write keys:write',
      });
    } finally {
      const { stdout } = await service.stop();
      expect(stdout).not.toContain(GOOD_PASSWORD);
    }
  });

  it.each([
    ['a common password', '--email b@example.com', 'password\n', /Choose another password.*COMMON/],
    ['a short password', '--email b@example.com', 'short', /TOO_SHORT/],
    ['no password', '--email b@example.com', '', /TOO_SHORT/],
    ['no address', '--email nonsense', `${GOOD_PASSWORD}\n`, /not an email address/],
    ['a role that is no name', '--email b@example.com --role Admin!', `${GOOD_PASSWORD}\n`, /"Admin!" is not a role name/],
    ['an address that has an account', '--email ROOT@example.com', `${GOOD_PASSWORD}\n`, /has an account already/],
  ])('refuses %s with one line and exit code 1 (requirement 3)', async (_what, options, input, message) => {
    const { code, stdout, stderr } = await run(`users create ${options}`, input);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain(GOOD_PASSWORD);
  });
});

describe('authgraph cleanup', () => {
  it('deletes sessions that are over, and leaves those that other nodes still have to know', { timeout: 30_000 }, async () => {
    const service = await serve({ AUTHGRAPH_REFRESH_IDLE_TTL: '1s', AUTHGRAPH_ACCESS_TOKEN_TTL: '1s' });
    await signUpUser(graphqlClient(service.url), 'cleanup@example.com');
    await service.stop();
    const env = { AUTHGRAPH_ACCESS_TOKEN_TTL: '1s' };
    expect(await run('cleanup --older-than 30d', '', env)).toMatchObject({ code: 0, stdout: 'deleted 0 sessions\n' });
    expect(await run('cleanup', '', env)).toMatchObject({ code: 0, stdout: 'deleted 0 sessions\n' }); // a minute of skew has to pass
  });

  it('refuses a time that is none', async () => {
    const { code, stderr } = await run('cleanup --older-than soon');
    expect(code).toBe(2);
    expect(stderr).toContain('30d');
  });
});

describe('authgraph', () => {
  const bare = (...args: string[]) => runCommand(args, { AUTHGRAPH_DATA_DIR: '/nonexistent/authgraph' });

  it.each([
    [[], ['serve', 'migrate', 'keys', 'users', 'cleanup', 'schema']],
    [['serve'], ['run the service']],
    [['migrate'], ['up', 'down', 'status']],
    [
      ['migrate', 'down'],
      ['--yes', 'DESTROYS'],
    ],
    [['keys'], ['list', 'rotate']],
    [
      ['users', 'create'],
      ['--email', '--role'],
    ],
    [['cleanup'], ['--older-than']],
  ])('%j --help explains itself without settings or a database', async (args, words) => {
    const { code, stdout, stderr } = await bare(...args, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of words) expect(stdout).toContain(word);
  });

  it.each([[['unknown']], [['serve', '--unknown']], [['users', 'create']], [['migrate', 'sideways']]])(
    'exits with 2 when it is called as %j',
    async (args) => {
      const { code, stdout, stderr } = await bare(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toBe('');
    },
  );

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await bare('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints the schema for composition without a database', async () => {
    const expected = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
    expect(await bare('schema')).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('exits with 69 when the database does not answer', { timeout: 20_000 }, async () => {
    const { code, stderr } = await run('migrate status', '', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(code).toBe(69);
    expect(stderr).toMatch(/^authgraph: the database is unavailable: .*ECONNREFUSED/);
  });
});
