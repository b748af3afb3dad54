import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  embedded,
  outcomeOf,
  runCommand,
  runProcess,
  spawnCommand,
} from './harness/command-line.js';
import { GOOD_PASSWORD, graphqlClient, SIGN_IN, signUpUser } from './harness/graphql-client.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';

// Each command is a process of its own that opens a database; on a busy machine that takes its
// time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let dataDir: string;
beforeAll(async () => {
  dataDir = await copyTemplate();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const run = (line: string, input = '', env: Record<string, string> = {}) =>
  runCommand(line.split(' '), { ...embedded(dataDir), ...env }, input);

/** Starts the service, and resolves when it has said where it listens. */
async function serve(env: Record<string, string> = {}) {
  const child = spawnCommand(['serve'], { ...embedded(dataDir), ...env });
  const outcome = outcomeOf(child);
  const early = outcome.then(({ stderr }) => Promise.reject(new Error(`it stopped: ${stderr}`)));
  const welcome = await Promise.race([welcomeOf(child), early]);
  const url = /GraphQL\s+(http:\S+)\/graphql/.exec(welcome)?.[1] ?? '';
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return outcome;
  };
  return { url, welcome, stop };
}

async function welcomeOf(child: ChildProcess): Promise<string> {
  let text = '';
  while (!/A first mutation:\s+curl .*'\n/.test(text)) {
    const [chunk] = await once(child.stdout ?? child, 'data');
    text += String(chunk);
  }
  return text;
}

describe('authgraph users create', () => {
  it.each([
    ['a common password', '--email b@example.com', 'password\n', /Choose another password.*COMMON/],
    [
      'a role that nobody made',
      '--email b@example.com --role Admin!',
      `${GOOD_PASSWORD}\n`,
      /There is no such role/,
    ],
  ])(
    'refuses %s with one line and exit code 1 (requirement 3)',
    async (_what, options, input, message) => {
      const { code, stdout, stderr } = await run(`users create ${options}`, input);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain(GOOD_PASSWORD);
    },
  );
});

describe('authgraph serve', () => {
  let adminId: string;
  let service: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const created = await run(
      'users create --email Root@example.com --role admin',
      `${GOOD_PASSWORD}\n`,
    );
    expect(created).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/),
    });
    adminId = created.stdout.trim();
    service = await serve({ AUTHGRAPH_REFRESH_GRACES: '0s' });
  });
  afterAll(() => service.stop('SIGKILL'));

  it('is ready when it says what is where', async () => {
    const [ready, jwks] = await Promise.all([
      fetch(`${service.url}/health/ready`),
      fetch(`${service.url}/.well-known/jwks.json`),
    ]);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { database: true, migrations: true, keys: true },
    });
    expect(await jwks.json()).toMatchObject({ keys: [{ use: 'sig', alg: 'ES256' }] });
    for (const text of [
      `${service.url}/health/ready`,
      `${service.url}/.well-known/jwks.json`,
      `embedded, in ${dataDir}`,
    ]) {
      expect(service.welcome).toContain(text);
    }
  });

  it('prints a first mutation that works when it is pasted into a shell', async () => {
    const [, url = '', type = '', body = ''] =
      /curl (\S+) -H '([^']+)' -d '([^']+)'/.exec(service.welcome) ?? [];
    const [name = '', value = ''] = type.split(': ');
    const response = await fetch(url, { method: 'POST', headers: { [name]: value }, body });
    expect(await response.json()).toMatchObject({ data: { signUp: { __typename: 'SignedIn' } } });
  });

  it('signs in the admin whom "users create" made, with the scopes of the role in the token', async () => {
    const { body } = await graphqlClient(service.url)(SIGN_IN, {
      input: { email: 'root@example.com', password: GOOD_PASSWORD },
    });
    const [, payload = ''] = body.data.signIn.tokens.accessToken.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      sub: adminId,
      roles: ['admin'],
      scope: expect.stringMatching(/^users:read users:write .*keys:write/),
    });
  });

  it.each(['serve', 'migrate down --yes', 'cleanup'])(
    'lets no second process at its data directory: "%s" says why and exits with 1',
    async (line) => {
      const { code, stdout, stderr } = await run(line);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^authgraph: .* is open in another authgraph process \(pid \d+\)/);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    },
  );

  it('exits with 1 and one line when its port is taken', async () => {
    const otherDir = await copyTemplate();
    try {
      const { code, stderr } = await runProcess(['serve'], {
        ...embedded(otherDir),
        PORT: new URL(service.url).port,
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^authgraph: .*EADDRINUSE.*\n$/);
    } finally {
      await rm(otherDir, { recursive: true, force: true });
    }
  });

  it('stops with 0 when it is told to, having warned of the setting that it does not know, and having logged no password', async () => {
    const { code, stdout, stderr } = await service.stop('SIGTERM');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"msg":"Stopped"');
    expect(stdout).toContain('AUTHGRAPH_REFRESH_GRACES is not a setting');
    expect(stdout.replace(service.welcome, '')).not.toMatch(/mauve-otter|correct horse|ag_rt_|eyJ/);
  });
});

/**
 * A data directory for one test, that the service in this process can look into between commands.
 */
async function ownDataDir() {
  const own = await copyTemplate();
  return {
    dataDir: own,
    async inService<Result>(task: (service: TestService) => Promise<Result>): Promise<Result> {
      await using service = await startService({ dataDir: own });
      return await task(service);
    },
    [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true }),
  };
}

describe('authgraph migrate', () => {
  it('takes back, lists and applies the schema, with exit codes for scripts', async () => {
    await using own = await ownDataDir();
    const migrate = (what: string, input = '') =>
      runCommand(['migrate', ...what.split(' ')], embedded(own.dataDir), input);
    const applied = await migrate('status');
    expect(applied).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^applied {2}20261121000000-first-schema {2}20\d\d-/),
    });

    const unasked = await migrate('down', 'yes\n');
    expect(unasked).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('--yes'),
    });

    const newest = /\d+-[\w-]+(?= {2}[^\n]+\n$)/.exec(applied.stdout)?.[0];
    expect(await migrate('down --yes')).toMatchObject({
      code: 0,
      stdout: `took back ${newest}\n`,
    });
    const up = await migrate('up --json');
    expect(JSON.parse(up.stdout)).toEqual({ applied: [newest] });
    const down = await migrate('down --yes --json');
    expect(JSON.parse(down.stdout)).toEqual({ reverted: newest });
    expect(await migrate('status')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(new RegExp(`\\npending {2}${newest}\\n$`)),
    });
    expect(await runCommand(['keys', 'list'], embedded(own.dataDir))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('migrate up'),
    });
    expect(await migrate('up')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `applied ${newest}\n`,
    });
    expect(await migrate('up')).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: all migrations are applied.\n',
    });
  });
});

describe('authgraph keys', () => {
  it('lists the keys, rotates once when it is told to twice, and withdraws', async () => {
    const first = await run('keys list');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /^ACTIVE {5}ES256 {2}[\w-]{43} {2}created \S+Z {2}signs from \S+Z\n$/,
    );
    const rotated = await run('keys rotate');
    expect(rotated).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ES256 {2}[\w-]{43} {2}signs from \S+Z\n$/),
    });
    expect((await run('keys rotate')).stdout).toBe(rotated.stdout);
    const both = await run('keys list');
    expect(both.stdout).toMatch(/^ACTIVE .*\nPUBLISHED .*\n$/);
    expect(both.stdout).toContain(first.stdout.trim());
    const [kid = ''] = /[\w-]{43}/.exec(first.stdout) ?? [];
    const { stdout } = await run(`keys withdraw ${kid} --json`);
    const { withdrawn, successor } = JSON.parse(stdout);
    expect(withdrawn).toBe(kid);
    expect((await run('keys list')).stdout).toContain(`ACTIVE     ES256  ${successor.kid}`);
  });

  it('says so when AUTHGRAPH_SECRET is not the one that sealed them', async () => {
    const { code, stderr } = await run('keys list', '', {
      AUTHGRAPH_SECRET: 'Zk3Jq8Lw0Xv5Nt2Bm7Rc4Fy9HsTd6Gp1',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('AUTHGRAPH_SECRET is not the one it was sealed with');
  });
});

describe('authgraph cleanup', () => {
  const AGED = `insert into sessions
      (id, realm_id, user_id, created_at, last_used_at, expires_at, absolute_expires_at, ended_at, amr, generation, current_hash)
    select gen_random_uuid(), s.realm_id, s.user_id, s.created_at, s.last_used_at, old.expires_at, s.absolute_expires_at, old.ended_at, s.amr, 0, s.current_hash
    from sessions s, (values
      (now() - interval '40 days', null), (now() + interval '1 day', now() - interval '20 days'), (now() - interval '1 minute', null)
    ) as old (expires_at, ended_at) where s.id = ?`;

  it('deletes sessions that are over, and leaves those that other nodes still have to know of', async () => {
    await using own = await ownDataDir();
    const { sessionId } = await own.inService(async (service) => {
      const user = await signUpUser(service.send);
      await service.sql(AGED, [user.sessionId]);
      return user;
    });
    const cleanup = (...options: string[]) =>
      runCommand(['cleanup', ...options], embedded(own.dataDir));
    expect(await cleanup('--older-than', '30d')).toMatchObject({
      code: 0,
      stdout: 'deleted 1 sessions and 0 audit events\n',
    });
    expect(await cleanup()).toMatchObject({
      code: 0,
      stdout: 'deleted 1 sessions and 0 audit events\n',
    });
    const left = await own.inService((service) =>
      service.sql<{ id: string }>('select id from sessions order by expires_at'),
    );
    expect(left).toHaveLength(2);
    expect(left.at(-1)).toEqual({ id: sessionId });
  });

  it('refuses a time that is none', async () => {
    const { code, stderr } = await run('cleanup --older-than soon');
    expect(code).toBe(2);
    expect(stderr).toContain('30d');
  });
});

describe('authgraph', () => {
  const bare = (...args: string[]) =>
    runProcess(args, { AUTHGRAPH_DATA_DIR: '/nonexistent/authgraph' });

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

  it.each([
    [['unknown']],
    [['serve', '--unknown']],
    [['users', 'create']],
    [['migrate', 'sideways']],
  ])('exits with 2 when it is called as %j', async (args) => {
    const { code, stdout, stderr } = await bare(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../package.json', import.meta.url), 'utf8'),
    );
    expect(await bare('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints the schema for composition without a database', async () => {
    const expected = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
    expect(await bare('schema')).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('exits with 69 when the database does not answer', async () => {
    const { code, stderr } = await run('migrate status', '', {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    });
    expect(code).toBe(69);
    expect(stderr).toMatch(/^authgraph: the database is unavailable: .*ECONNREFUSED/m);
  });
});
