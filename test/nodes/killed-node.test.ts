import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REFRESH, signUpUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';

const { CI, TEST_FULL } = process.env;
const KILLS = CI === 'true' || TEST_FULL === '1' ? 100 : 10;
const CLIENTS = 6;
/** A kill comes at a random moment within this time of the clients being at it. */
const MOMENT_MS = 200;
/** A client that was cut off tries again for this long: half the grace window. */
const RETRY_MS = 5_000;

describeOnSharedServers('kill -9 of a node while clients refresh', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  /** They are killed in turns: one starts again while clients go from another to the third. */
  let nodes: readonly ServiceProcess[];
  beforeAll(async () => {
    servers = await open();
    database = await createTestDatabase(servers.databaseUrl);
    const settings = clusterSettings(database.url, servers.redisUrl);
    nodes = await Promise.all([1, 2, 3].map(() => startNode(settings)));
  });
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  it(`lets every client in again, ${KILLS} times, and loses no token that was handed out`, {
    timeout: 400_000,
  }, async () => {
    const clients = await Promise.all(
      nodes.flatMap(({ send }) =>
        Array.from(
          { length: CLIENTS / nodes.length },
          async () => new Client(await signUpUser(send)),
        ),
      ),
    );
    const starts = new Map<ServiceProcess, Promise<number>>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const [victim, survivor] = [nodes[kill % 3], nodes[(kill + 1) % 3]];
      if (victim === undefined || survivor === undefined) throw new Error('there are three');
      await starts.get(survivor);
      const atIt = clients.map((client) => client.refreshUntilCutOff(victim, survivor));
      await sleep(Math.random() * MOMENT_MS);
      victim.signal('SIGKILL');
      await Promise.all([...atIt, victim.exited()]);
      victim.restart();
      starts.set(victim, victim.ready());
    }
    await Promise.all(starts.values());

    expect(clients.flatMap(({ refusals }) => refusals)).toEqual([]);
    const rows = await database.sql<{ id: string; generation: number }>(
      'select id, generation from sessions where ended_at is null',
    );
    for (const client of clients) {
      // Each token that was handed out was used next and accepted, and each rotation was handed out
      // in the end.
      expect(rows.find(({ id }) => id === client.sessionId)?.generation).toBe(client.acknowledged);
    }
    // Else the kills would have hit nothing.
    const cutOff = clients.reduce((sum, client) => sum + client.cutOff, 0);
    expect(cutOff).toBeGreaterThan((KILLS * CLIENTS) / 2);
  });
});

/** A client with one session, which refreshes as fast as it can. */
class Client {
  readonly sessionId: string;
  /** Answers of any kind other than a new pair. */
  readonly refusals: string[] = [];
  acknowledged = 0;
  cutOff = 0;
  #refreshToken: string;

  constructor(user: { readonly sessionId: string; readonly refreshToken: string }) {
    this.sessionId = user.sessionId;
    this.#refreshToken = user.refreshToken;
  }

  async refreshUntilCutOff(victim: ServiceProcess, survivor: ServiceProcess): Promise<void> {
    while (await this.#refresh(victim));
    this.cutOff += 1;
    const until = performance.now() + RETRY_MS;
    while (!(await this.#refresh(survivor))) {
      if (performance.now() > until) throw new Error('the surviving node does not answer');
      await sleep(20);
    }
  }

  /**
   * Resolves to false when there was no answer: the client tries the token that it has once more.
   */
  async #refresh({ send }: ServiceProcess): Promise<boolean> {
    const answer = await send(REFRESH, { refreshToken: this.#refreshToken }).catch(() => undefined);
    if (answer === undefined || answer.status === 503) return false;
    const { refreshSession } = answer.body.data;
    if (refreshSession?.__typename === 'SessionRefreshed') {
      this.#refreshToken = refreshSession.tokens.refreshToken;
      this.acknowledged += 1;
    } else {
      this.refusals.push(JSON.stringify(answer.body));
    }
    return true;
  }
}
