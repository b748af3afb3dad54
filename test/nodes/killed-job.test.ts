import { afterAll, beforeAll, expect, it } from 'vitest';
import { signUpUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { launchNode, runBesideNodes, type ServiceProcess } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';
import {
  startWebhookReceiver,
  verified,
  type WebhookReceiver,
} from '../harness/webhook-receiver.js';

describeOnSharedServers('kill -9 of a node in the middle of a job', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let receiver: WebhookReceiver;
  let node: ServiceProcess;
  let secret: string;
  beforeAll(async () => {
    [servers, receiver] = await Promise.all([open(), startWebhookReceiver()]);
    database = await createTestDatabase(servers.databaseUrl);
    const settings = {
      ...clusterSettings(database.url),
      AUTHGRAPH_WEBHOOK_PRIVATE_ADDRESSES: 'allow',
    };
    const save = ['webhooks', 'save', `${receiver.url}/told`, 'user.created', '--json'];
    const { output } = await runBesideNodes(save, settings);
    ({ secret } = JSON.parse(output));
    node = await launchNode(settings);
    await node.ready(60_000);
  }, 90_000);
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  const inState = async (state: string) =>
    (
      await database.sql(
        "select 1 from authgraph_jobs.job where name = 'webhooks.deliver' and state = ?",
        [state],
      )
    ).length;

  it('has it begun again after the restart, and done once', { timeout: 180_000 }, async () => {
    receiver.answerNext('/told', () => {}); // never
    const user = await signUpUser(node.send);
    await receiver.messages('/told', 1);
    expect(await inState('active')).toBe(1);
    node.signal('SIGKILL');
    await node.exited();
    expect(await inState('active')).toBe(1);
    // As if its time were up: half a minute.
    await database.sql(
      "update authgraph_jobs.job set started_on = now() - interval '1 hour' where state = 'active'",
    );
    node.restart();
    await node.ready(60_000);
    await until(async () => (await inState('completed')) === 1, 60_000, 'the job is done');
    const [first, second, ...more] = receiver.received;
    if (first === undefined || second === undefined) throw new Error('no messages');
    expect(more).toEqual([]);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(verified(secret, second)).toEqual(verified(secret, first));
    expect(verified(secret, second).data).toMatchObject({ userId: user.id });
    expect((await inState('active')) + (await inState('retry'))).toBe(0);
  });
});
