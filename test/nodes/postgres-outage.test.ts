import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUpUser,
  type TestUser,
} from '../harness/graphql-client.js';
import { clusterSettings, describeOnOwnServers } from '../harness/real-servers.js';
import type { OwnServer } from '../harness/servers.js';
import { launchNode, type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const ANSWER_MS = 5_000;
const HEAL_MS = 5_000;
/** More than the pool has connections, so that some have to queue for one. */
const CALLERS = 30;
const POOL_SIZE = 10;

describeOnOwnServers('while PostgreSQL is away', (servers) => {
  let postgres: OwnServer;
  let redis: OwnServer;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([servers.postgres(), servers.redis()]);
  });
  afterAll(() => Promise.all([postgres, redis].map((server) => server[Symbol.asyncDispose]())));
  afterEach(async () => {
    postgres.thaw();
    await postgres.start();
  });

  describe.each(['stopped', 'frozen'])('%s, with Redis and without', (way) => {
    let nodes: readonly [NodeOnDatabase, NodeOnDatabase];
    beforeEach(async () => {
      nodes = await Promise.all([startOnDatabase(), startOnDatabase(redis.url)]);
    });
    afterEach(async () => {
      await bringBack();
      for (const node of nodes) await node[Symbol.asyncDispose]();
    });

    async function startOnDatabase(redisUrl?: string): Promise<NodeOnDatabase> {
      const database = await createTestDatabase(postgres.url);
      const node = await startNode({
        ...clusterSettings(database.url, redisUrl),
        AUTHGRAPH_JWKS_MAX_AGE: '1s',
        AUTHGRAPH_DATABASE_POOL_SIZE: String(POOL_SIZE),
        // A frozen server carries out later what it was asked before, so the outage counts towards
        // the grace window.
        AUTHGRAPH_REFRESH_GRACE: '60s',
      });
      return {
        node,
        sql: database.sql,
        async [Symbol.asyncDispose]() {
          await node[Symbol.asyncDispose]();
          await database[Symbol.asyncDispose]();
        },
      };
    }

    const takeAway = async () => (way === 'stopped' ? postgres.stop() : postgres.freeze());
    const bringBack = async () => (way === 'stopped' ? postgres.start() : postgres.thaw());

    it('answers SERVICE_UNAVAILABLE within 5 s, issues nothing, and works again within 5 s of its return', async () => {
      const outages = await Promise.all(nodes.map(Outage.prepare));
      await takeAway();
      await Promise.all(outages.map((outage) => outage.isAnswered()));
      await bringBack();
      await Promise.all(outages.map((outage) => outage.isOver()));
    });

    it('keeps every connection of its pool usable, whatever a transaction was doing when it was cut', async () => {
      const signIns = await Promise.all(nodes.map(prepareSignIns));
      const cut = Promise.all(signIns.map((signInAll) => signInAll()));
      // some have signed in by then, some are at it, some wait
      await new Promise((resolve) => setTimeout(resolve, 150));
      await takeAway();
      const answers = (await cut).flat();
      expect(answers.every(({ status, body }) => isSignedIn(body) || status === 503)).toBe(true);

      await bringBack();
      await Promise.all(nodes.map(({ node }) => node.ready(HEAL_MS)));
      const again = await Promise.all(signIns.map((signInAll) => signInAll()));
      for (const { body } of again.flat()) expect(isSignedIn(body)).toBe(true);
      const open =
        "select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
      for (const { sql } of nodes) expect(await sql(open)).toEqual([{ open: 0 }]);
    });

    it('stops when it is told to, within 10 s', async () => {
      for (const { node } of nodes) await signUpUser(node.send);
      await takeAway();
      const from = performance.now();
      for (const { node } of nodes) node.signal('SIGTERM');
      expect(await Promise.all(nodes.map(({ node }) => node.exited()))).toEqual([0, 0]);
      expect(performance.now() - from).toBeLessThan(10_000);
      await bringBack();
    });
  });

  it('gets back every connection that was cut in the middle of a transaction', async () => {
    const connections = 2;
    await using database = await createTestDatabase(postgres.url);
    await using node = await startNode({
      ...clusterSettings(database.url, redis.url),
      AUTHGRAPH_DATABASE_POOL_SIZE: String(connections),
    });
    const { email, password } = await signUpUser(node.send);
    const signIn = () => node.send(SIGN_IN, { input: { email, password } });
    const waiting =
      "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'authgraph'";

    await database.database.em().transactional(async (em) => {
      // so that new sessions wait, each in its transaction
      await em.execute('lock table sessions in access exclusive mode');
      const killed = new Set<number>();
      const killThoseThatWait = async () => {
        const rows = await database.sql<{ pid: number }>(
          `select pid, pg_terminate_backend(pid) ${waiting}`,
        );
        for (const { pid } of rows) killed.add(pid);
        return killed.size >= connections;
      };
      const cut = Promise.all(Array.from({ length: connections }, signIn));
      await until(killThoseThatWait, 10_000, 'all connections are cut in a transaction');
      for (const { status } of await cut) expect(status).toBe(503);
    });
    for (let signedIn = 0; signedIn < 2 * connections; signedIn += 1)
      expect(isSignedIn((await signIn()).body)).toBe(true);
  });

  it('does not flood its log, however many requests it refuses or answers from memory', async () => {
    await using database = await createTestDatabase(postgres.url);
    await using node = await startNode({
      ...clusterSettings(database.url),
      AUTHGRAPH_JWKS_MAX_AGE: '1s',
    });
    const user = await signUpUser(node.send);
    await postgres.stop();
    for (let asked = 0; asked < 200; asked += 1) {
      await node.send('{ me { id } }', {}, bearer(user.accessToken));
      await fetch(`${node.url}/.well-known/jwks.json`);
    }
    // What a request was refused for is said with that request. What went wrong in the background
    // is said once.
    const background = node
      .log()
      .filter(({ level, requestId }) => level !== 'info' && requestId === undefined);
    expect(background.length).toBeLessThan(20);
    await postgres.start();
  });

  it('starts, tells what it lacks, and gets ready within 5 s of the return', async () => {
    const database = await createTestDatabase(postgres.url);
    const settings = clusterSettings(database.url);
    await postgres.stop();
    await using node = await launchNode(settings);
    await until(async () => (await node.health()).status === 503, 10_000, 'it listens');
    expect(await node.health()).toEqual({
      status: 503,
      checks: { database: false, migrations: false, keys: false },
    });
    const refused = await node.send(REFRESH, { refreshToken: 'ag_rt_x' });
    expect({ status: refused.status, code: refused.body.errors[0].extensions.code }).toEqual({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
    });
    expect((await fetch(`${node.url}/.well-known/jwks.json`)).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // some more attempts
    expect(node.log().filter(({ msg }) => msg.startsWith('Not ready yet'))).toHaveLength(1);

    await postgres.start();
    expect(await node.ready(HEAL_MS)).toBeLessThan(HEAL_MS);
    await signUpUser(node.send);
    await database[Symbol.asyncDispose]();
  });
});

/** A node, and SQL against its database. */
interface NodeOnDatabase extends AsyncDisposable {
  readonly node: ServiceProcess;
  readonly sql: TestDatabase['sql'];
}

async function prepareSignIns({ node }: NodeOnDatabase): Promise<() => Promise<Answer[]>> {
  const users = await Promise.all(Array.from({ length: 3 }, () => signUpUser(node.send)));
  const signIn = (user: { email: string; password: string } | undefined) =>
    node.send(SIGN_IN, { input: { email: user?.email, password: user?.password } });
  return () =>
    Promise.all(Array.from({ length: CALLERS }, (_, index) => signIn(users[index % users.length])));
}

/** What the users of a node see of an outage. */
class Outage {
  readonly #on: NodeOnDatabase;
  readonly #users: readonly TestUser[];
  readonly #newcomer = { email: 'late@users.example.com', password: GOOD_PASSWORD };
  readonly #before: unknown;

  private constructor(on: NodeOnDatabase, users: readonly TestUser[], before: unknown) {
    this.#on = on;
    this.#users = users;
    this.#before = before;
  }

  static async prepare(on: NodeOnDatabase): Promise<Outage> {
    const users = [];
    for (let made = 0; made < CALLERS; made += 1) users.push(await signUpUser(on.node.send));
    return new Outage(on, users, await countsOf(on));
  }

  get #someone(): TestUser {
    const [someone] = this.#users;
    if (someone === undefined) throw new Error('nobody signed up');
    return someone;
  }

  async isAnswered(): Promise<void> {
    const { node } = this.#on;
    const someone = this.#someone;
    const calls = [
      ...this.#users.map(
        ({ refreshToken }) =>
          () =>
            node.send(REFRESH, { refreshToken }),
      ),
      () => node.send(SIGN_UP, { input: this.#newcomer }),
      () => node.send(SIGN_IN, { input: { email: someone.email, password: someone.password } }),
      () => node.send(SIGN_OUT, {}, bearer(someone.accessToken)),
      () => node.send(ME, {}, bearer(someone.accessToken)),
    ];
    for (const round of [1, 2]) {
      const answers = await Promise.all(calls.map(timed));
      expect(
        answers.map(({ body }) => body.errors?.[0]?.extensions?.code),
        `round ${round}`,
      ).toEqual(calls.map(() => 'SERVICE_UNAVAILABLE'));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS);
    }
    expect(await node.health()).toMatchObject({ status: 503, checks: { database: false } });
  }

  async isOver(): Promise<void> {
    const { node } = this.#on;
    const someone = this.#someone;
    const healing = await node.ready(HEAL_MS);
    const left = HEAL_MS - healing;
    await until(
      async () => (await node.send(ME, {}, bearer(someone.accessToken))).status === 200,
      left,
      'me answers again',
    );
    // Nobody lost their session: what was never answered may be asked for again.
    for (const { refreshToken } of this.#users) {
      expect((await node.send(REFRESH, { refreshToken })).body.data.refreshSession).toMatchObject({
        __typename: 'SessionRefreshed',
      });
    }
    expect(await countsOf(this.#on)).toEqual(this.#before);
    const { body } = await node.send(SIGN_UP, { input: this.#newcomer });
    expect(body.data.signUp).toMatchObject({ __typename: 'SignedIn' });
  }
}

const countsOf = ({ sql }: NodeOnDatabase): Promise<unknown> =>
  sql('select (select count(*) from users) as users, (select count(*) from sessions) as sessions');

async function timed(call: () => Promise<Answer>): Promise<Answer & { ms: number }> {
  const from = performance.now();
  return { ...(await call()), ms: performance.now() - from };
}

function isSignedIn(body: Answer['body']): boolean {
  return body.data?.signIn?.__typename === 'SignedIn';
}
