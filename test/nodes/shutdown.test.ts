import { Agent, request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const CLIENTS = 12;

describeOnSharedServers('a node that is told to stop under load', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let a: ServiceProcess;
  let b: ServiceProcess;
  let user: TestUser;
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  beforeEach(async () => {
    database = await createTestDatabase(servers.databaseUrl);
    const settings = clusterSettings(database.url, servers.redisUrl);
    [a, b] = await Promise.all([startNode(settings), startNode(settings)]);
    user = await signUpUser(a.send);
  });
  afterEach(async () => {
    await Promise.all([a, b].map((node) => node[Symbol.asyncDispose]()));
    await database[Symbol.asyncDispose]();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'drops no request on %s and leaves with code 0',
    async (signal) => {
      const balancer = new LoadBalancer(a.url, b.url);
      const load = Array.from({ length: CLIENTS }, (_, index) => balancer.keepAsking(index, user));
      await until(() => balancer.answers.length > CLIENTS * 5, 10_000, 'the load is on');

      const from = performance.now();
      a.signal(signal);
      expect(await a.exited()).toBe(0);
      expect(performance.now() - from).toBeLessThan(5_000);
      await until(
        () => balancer.answeredBy(b.url) > CLIENTS * 5,
        10_000,
        'the other node has taken over',
      );
      balancer.stop();
      await Promise.all(load);

      expect(balancer.answeredBy(a.url)).toBeGreaterThan(CLIENTS);
      expect(balancer.answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(balancer.broken).toEqual([]);
      expect(a.log().map(({ msg }) => msg)).toEqual(
        expect.arrayContaining(['Shutting down', 'Stopped']),
      );
      expect(a.log().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    },
  );

  it('answers a request that was running when it was told to stop', async () => {
    const input = { email: user.email, password: user.password };
    const running = Array.from({ length: 8 }, () => a.send(SIGN_IN, { input }));
    await until(async () => (await sessions()) > 1, 5_000, 'the first of them is through');
    a.signal('SIGTERM');
    for (const { body } of await Promise.all(running))
      expect(body.data.signIn).toMatchObject({ __typename: 'SignedIn' });
    expect(await a.exited()).toBe(0);
  });

  async function sessions(): Promise<number> {
    const [row] = await database.sql<{ count: number }>(
      'select count(*)::int as count from sessions',
    );
    return row?.count ?? 0;
  }
});

interface Reply {
  readonly status: number;
  readonly from: string;
}

/**
 * Sends everything to the first node until that takes no new connections, and then to the other
 * one.
 */
class LoadBalancer {
  readonly answers: Reply[] = [];
  /** Requests that got no answer although their connection stood. */
  readonly broken: string[] = [];
  readonly #nodes: readonly [string, string];
  #stopped = false;

  constructor(first: string, second: string) {
    this.#nodes = [first, second];
  }

  answeredBy(node: string): number {
    return this.answers.filter(({ from }) => from === node).length;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** One client with a keep-alive connection. */
  async keepAsking(index: number, user: TestUser): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const operations = [
      JSON.stringify({ query: ME }),
      JSON.stringify({ query: REFRESH, variables: { refreshToken: user.refreshToken } }),
      JSON.stringify({
        query: SIGN_IN,
        variables: { input: { email: user.email, password: GOOD_PASSWORD } },
      }),
    ];
    for (let sent = index; !this.#stopped; sent += 1) {
      const body = operations[sent % operations.length] ?? '';
      const refused = await this.#ask(this.#nodes[0], agent, body, user);
      if (refused) await this.#ask(this.#nodes[1], agent, body, user);
    }
    agent.destroy();
  }

  /** Resolves to true when the node takes no connections. */
  #ask(node: string, agent: Agent, body: string, user: TestUser): Promise<boolean> {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', ...bearer(user.accessToken) };
      const sent = request(`${node}/graphql`, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.once('end', () => {
          this.answers.push({ status: response.statusCode ?? 0, from: node });
          resolve(false);
        });
        response.once('error', (error) => this.#break(error, resolve));
      });
      sent.once('error', (error) => {
        if ('code' in error && error.code === 'ECONNREFUSED') resolve(true);
        else this.#break(error, resolve);
      });
      sent.end(body);
    });
  }

  #break(error: Error, resolve: (refused: boolean) => void): void {
    this.broken.push(String(error));
    resolve(false);
  }
}
