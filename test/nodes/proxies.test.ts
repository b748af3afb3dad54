import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_PASSWORD, REFRESH, SIGN_IN, signUpUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { findPrograms, freePort, type OwnServer, startServer } from '../harness/servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/proxies/', import.meta.url));
const HOST = 'auth.example.com';
/** Two nodes start anew, on a machine that may be busy with other tests. */
const RESTARTS_MS = 90_000;
const SPOOFED = '203.0.113.66';

interface Proxy {
  readonly name: 'nginx' | 'haproxy';
  readonly file: string;
  /** Completes the example to a configuration of its own, and says how it is started. */
  prepare(example: string, folder: string): { text: string; command: (file: string) => string[] };
}

const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    file: 'nginx.conf',
    prepare: (example, folder) => ({
      text: `pid ${folder}/pid; error_log stderr; daemon off; events {}
        http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/p;
        fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        ${example} }`,
      command: (file) => ['-p', folder, '-c', file],
    }),
  },
  {
    name: 'haproxy',
    file: 'haproxy.cfg',
    prepare: (example) => ({ text: example, command: (file) => ['-f', file] }),
  },
];

describeOnSharedServers('two nodes behind a proxy of the examples', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let nodes: ServiceProcess[];
  let first: ServiceProcess;
  beforeAll(async () => {
    servers = await open();
    database = await createTestDatabase(servers.databaseUrl);
    const settings = {
      ...clusterSettings(database.url, servers.redisUrl),
      AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
    };
    first = await startNode(settings);
    nodes = [first, await startNode(settings)];
  });
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  for (const proxy of PROXIES) {
    const programs = findPrograms(proxy.name);
    if (programs === undefined)
      process.stderr.write(`SKIPPED test/nodes/proxies.test.ts: ${proxy.name} is not installed\n`);
    describe.skipIf(programs === undefined)(proxy.name, () => {
      let front: Front;
      beforeAll(async () => {
        front = await startFront(proxy, programs?.path(proxy.name) ?? '', nodes);
      });
      afterAll(() => front.server[Symbol.asyncDispose]());

      it('shows the address of the client, whatever the client says it is', async () => {
        const user = await signUpUser(first.send);
        const { email } = user;
        const variables = { input: { email, password: GOOD_PASSWORD } };
        const answer = await front.send(SIGN_IN, variables, { 'x-forwarded-for': SPOOFED });
        expect(answer.status).toBe(200);
        const [row] = await database.sql<{ ip_address: string }>(
          'select ip_address from sessions order by id desc limit 1',
        );
        expect(row?.ip_address).toBe('127.0.0.1');
      });

      it('keeps the metrics to itself', async () => {
        expect((await front.get('/metrics')).status).toBe(404);
      });

      it(
        'fails no request while the nodes restart one after the other',
        async () => {
          const user = await signUpUser(first.send);
          let refreshToken = user.refreshToken;
          const failures: string[] = [];
          let answers = 0;
          let running = true;
          const traffic = Promise.all([keepAsking(), keepAsking(), keepRefreshing()]);
          for (const node of nodes) {
            node.signal('SIGTERM');
            expect(await node.exited()).toBe(0);
            node.restart();
            await node.ready();
            const from = answers;
            // The proxy has to see it again before the other one may go.
            await new Promise((resolve) => setTimeout(resolve, 2_500));
            await until(() => answers > from + 20, 10_000, 'there is traffic');
          }
          running = false;
          await traffic;
          expect(failures).toEqual([]);
          expect(answers).toBeGreaterThan(100);

          async function keepAsking(): Promise<void> {
            while (running) note(await front.send('{ me { id } }'));
          }

          async function keepRefreshing(): Promise<void> {
            while (running) {
              const answer = await front.send(REFRESH, { refreshToken });
              note(answer);
              const renewed = answer.body?.data?.refreshSession?.tokens?.refreshToken;
              if (renewed === undefined) failures.push(JSON.stringify(answer.body));
              refreshToken = renewed ?? refreshToken;
            }
          }

          function note({ status }: Answer): void {
            answers += 1;
            if (status !== 200) failures.push(`status ${status}`);
          }
        },
        RESTARTS_MS,
      );
    });
  }
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of an answer
  readonly body: any;
}

interface Front {
  readonly server: OwnServer;
  send(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

async function startFront(
  { file, prepare }: Proxy,
  program: string,
  nodes: readonly ServiceProcess[],
): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'authgraph-proxy-'));
  const certificate = makeCertificate(folder);
  const port = await freePort();
  const [one = '', two = ''] = nodes.map(({ url }) => new URL(url).host);
  const example = readFileSync(join(EXAMPLES, file), 'utf8')
    .replaceAll('127.0.0.1:4001', one)
    .replaceAll('127.0.0.1:4002', two)
    .replaceAll('/etc/ssl/authgraph', `${folder}/authgraph`)
    .replace('listen 443', `listen ${port}`)
    .replace('bind :443', `bind :${port}`);
  const { text, command } = prepare(example, folder);
  const path = join(folder, file);
  writeFileSync(path, text);
  const server = await startServer([program, ...command(path)], { port, folder });
  const agent = new Agent({ keepAlive: true, ca: certificate, servername: HOST });
  const call = (method: string, path: string, headers: object, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const options = { agent, method, path, port, headers: { ...headers, host: HOST } };
      const sent = request({ ...options, host: '127.0.0.1' }, async (response) => {
        const said = await readAll(response);
        const isJson = response.headers['content-type']?.includes('json') === true;
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(said) : said });
      });
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    server,
    send: (query, variables = {}, headers = {}) => {
      const body = JSON.stringify({ query, variables });
      return call('POST', '/graphql', { ...headers, 'content-type': 'application/json' }, body);
    },
    get: (path) => call('GET', path, {}),
  };
}

function makeCertificate(folder: string): string {
  const [key, certificate] = [join(folder, 'authgraph.key'), join(folder, 'authgraph.crt')];
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', certificate, '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...newKey, ...files, ...subject], { stdio: 'ignore' });
  const text = readFileSync(certificate, 'utf8');
  writeFileSync(join(folder, 'authgraph.pem'), text + readFileSync(key, 'utf8'));
  return text;
}
