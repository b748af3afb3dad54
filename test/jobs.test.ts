import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import { Secrets } from '../src/kernel/secrets.js';
import { feature } from '../src/platform/feature.js';
import { openPayload, SEALED_PAYLOADS } from '../src/platform/jobs/job-payload.js';
import { jobType } from '../src/platform/jobs/job-type.js';
import { JobRefused, jobHandler } from '../src/platform/jobs/workers.js';
import { reseal } from '../src/platform/seals/reseal.js';
import { signInAgain } from './harness/accounts.js';
import { embedded, runCommand } from './harness/command-line.js';
import { bearer, GOOD_PASSWORD, type TestUser } from './harness/graphql-client.js';
import { copyTemplate, startService, TEST_SECRET, type TestService } from './harness/service.js';
import { createUser, realmOf } from './harness/service-parts.js';
import { until } from './harness/until.js';

const GREET = jobType<{ name: string }>('test.greet', 'Says hello');
const TICK = jobType('test.tick', 'Is due by the clock', { everySeconds: 3_600 });

/** What was done, in this order; a name that is in `failures` fails so many times first. */
const greeted: string[] = [];
const failures = new Map<string, number>();
const refused = new Set<string>();
let ticks = 0;

const greeter = feature({
  name: 'greeter',
  create: () => ({
    parts: {},
    jobs: [
      jobHandler(GREET, async ({ name }, { realm, retry }) => {
        if (refused.has(name)) throw new JobRefused(`nobody greets ${name}`);
        if (retry < (failures.get(name) ?? 0)) throw new Error('not now');
        greeted.push(`${realm.id}:${name}`);
      }),
      jobHandler(TICK, async () => {
        ticks += 1;
      }),
    ],
  }),
});

let service: TestService;
let admin: TestUser;
beforeAll(async () => {
  service = await startService({ features: [...FEATURES, greeter] });
  const email = 'jobs-admin@example.com';
  await createUser(service, { email, password: GOOD_PASSWORD, roles: ['admin'] });
  const nobody = { id: '', sessionId: '', accessToken: '', refreshToken: '' };
  admin = await signInAgain(service.send, { ...nobody, email, password: GOOD_PASSWORD });
});
afterAll(() => service[Symbol.asyncDispose]());

async function send(name: string, options?: { id?: string; startAfter?: Date }): Promise<boolean> {
  const { database, jobs } = service.app.platform;
  const realm = await realmOf(service);
  return database.transaction((sql) => jobs.send(sql, realm, GREET, { name }, options));
}

const timesGreeted = (name: string) => greeted.filter((each) => each === `default:${name}`).length;
const untilGreeted = (name: string) =>
  until(() => timesGreeted(name) > 0, 10_000, `${name} was greeted`);

describe('a job', () => {
  it('is done once the flow that sent it is committed, in its realm', async () => {
    await send('Ada');
    await untilGreeted('Ada');
    expect(timesGreeted('Ada')).toBe(1);
  });

  it('that waits is sealed again when the secret changes', async () => {
    const id = crypto.randomUUID();
    await send('Grace', { id, startAfter: new Date(Date.now() + 86_400_000) });
    const { database } = service.app.platform;
    const fresh = randomBytes(32).toString('base64');
    const both = new Secrets([fresh, TEST_SECRET], randomBytes);
    const moved = await reseal(database, both, SEALED_PAYLOADS);
    expect(moved).toMatchObject({ unreadable: [] });
    expect(moved.moved).toBeGreaterThan(0);
    const again = await reseal(database, both, SEALED_PAYLOADS);
    expect(again).toEqual({ moved: 0, current: moved.moved, unreadable: [] });
    const query = 'select data from authgraph_jobs.job where id = ?';
    const [row] = await service.sql<{ data: { realmId: string; sealed: string } }>(query, [id]);
    const { realmId = '', sealed = '' } = row?.data ?? {};
    const seal = new Secrets([fresh], randomBytes).seal('jobs');
    expect(openPayload(seal, id, { realmId, sealed })).toEqual({ name: 'Grace' });
    await service.sql('delete from authgraph_jobs.job where id = ?', [id]);
  });

  it('is never done when its flow fails', async () => {
    const { database, jobs } = service.app.platform;
    const realm = await realmOf(service);
    const flow = database.transaction(async (sql) => {
      await jobs.send(sql, realm, GREET, { name: 'nobody' });
      throw new Error('changed my mind');
    });
    await expect(flow).rejects.toThrow('changed my mind');
    await send('somebody');
    await untilGreeted('somebody');
    expect(timesGreeted('nobody')).toBe(0);
  });

  it('is sent once under one id', async () => {
    const id = service.app.platform.newId();
    expect(await send('Twin', { id })).toBe(true);
    expect(await send('Twin', { id })).toBe(false);
    await untilGreeted('Twin');
    expect(await send('Twin', { id })).toBe(false);
    expect(timesGreeted('Twin')).toBe(1);
  });

  it('waits for its time', async () => {
    const startAfter = new Date(Date.now() + 3_600_000);
    await send('Later', { startAfter });
    await send('Now');
    await untilGreeted('Now');
    expect(timesGreeted('Later')).toBe(0);
    const [job] = await listed('WAITING');
    expect(job).toMatchObject({ kind: 'test.greet', dueAt: startAfter.toISOString() });
  });

  it('is done once by all nodes when it is due by the clock', async () => {
    await until(() => ticks > 0, 10_000, 'the job of this hour was done');
    expect(ticks).toBe(1);
    const sent = 'select count(*)::int as n from authgraph_jobs.job where name = ?';
    expect(await service.sql(sent, [TICK.name])).toEqual([{ n: 1 }]);
  });
});

const LIST = `query ($state: JobState) { jobs(state: $state) {
  nodes { id kind state retries dueAt reason } pageInfo { hasNextPage } } }`;
const RETRY = `mutation ($id: ID!) { retryJob(id: $id) { __typename
  ... on JobSentAgain { job { id state reason } } ... on Problem { message } } }`;

async function listed(state: string) {
  const { body } = await service.send(LIST, { state }, bearer(admin.accessToken));
  return body.data.jobs.nodes;
}

// They wait together, each for seconds.
describe.concurrent('a job that failed', () => {
  it('is tried again', async () => {
    failures.set('Grace', 1);
    await send('Grace');
    await untilGreeted('Grace');
    expect(timesGreeted('Grace')).toBe(1);
    expect(service.logged()).toContain('A job failed and will be tried again');
  });

  it('for good is listed with its reason, and done when an administrator sends it again', async () => {
    refused.add('Eve');
    await send('Eve');
    await until(async () => (await listed('FAILED')).length > 0, 10_000, 'the job failed');
    const [job] = await listed('FAILED');
    expect(job).toMatchObject({ kind: 'test.greet', retries: 0, reason: 'nobody greets Eve' });
    refused.delete('Eve');
    const { body } = await service.send(RETRY, { id: job.id }, bearer(admin.accessToken));
    expect(body.data.retryJob).toMatchObject({ job: { id: job.id, state: 'WAITING' } });
    await untilGreeted('Eve');
    expect(await listed('FAILED')).toEqual([]);
    expect((await listed('DONE')).map(({ id }: { id: string }) => id)).toContain(job.id);
  });

  it('for good is listed by authgraph jobs, and sent again by it', async () => {
    const dataDir = await copyTemplate();
    const id = '01234567-89ab-7def-8123-456789abcdef';
    {
      await using stopped = await startService({ dataDir });
      const { database, jobs } = stopped.app.platform;
      const startAfter = new Date(Date.now() + 3_600_000);
      const realm = await realmOf(stopped);
      await jobs.send(database, realm, GREET, { name: 'Bob' }, { id, startAfter });
      await stopped.sql(
        `update authgraph_jobs.job set state = 'failed', output = '{"reason":"no"}' where id = ?`,
        [id],
      );
    }
    const run = (line: string) => runCommand(line.split(' '), embedded(dataDir));
    const listing = await run('jobs list --json');
    expect(listing.code).toBe(0);
    expect(JSON.parse(listing.stdout)).toMatchObject({ id, kind: 'test.greet', reason: 'no' });
    expect(JSON.parse((await run('jobs retry --json')).stdout)).toEqual({ retried: [id] });
    expect(await run('jobs retry')).toMatchObject({ code: 0, stdout: 'sent 0 again\n' });
    expect((await run('jobs list')).stdout).toBe('');
    expect((await run('jobs list --state waiting')).stdout).toContain(id);
    expect(await run(`jobs retry ${id}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No job of this id has failed.'),
    });
    await rm(dataDir, { recursive: true });
  }, 60_000);
});

describe('a job that failed for good', () => {
  it.each(['no id', '01234567-89ab-7def-8123-456789abcdef'])(
    'cannot be sent again under the id %j when there is none',
    async (id) => {
      const { body } = await service.send(RETRY, { id }, bearer(admin.accessToken));
      expect(body.data.retryJob).toMatchObject({ __typename: 'NotFound' });
    },
  );

  it('is nothing that somebody without the scope may see or send again', async () => {
    for (const query of [
      '{ jobs { nodes { id } } }',
      'mutation { retryJob(id: "x") { __typename } }',
    ]) {
      const { body } = await service.send(query);
      expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
  });
});
