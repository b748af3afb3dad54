import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import { realms } from '../src/features/realms/index.js';
import { TOLD_EVENTS } from '../src/features/webhooks/announcement.policy.js';
import { refresh } from './harness/accounts.js';
import { mutate, signInWithRoles } from './harness/administrator.js';
import {
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { freePort } from './harness/servers.js';
import { startService, type TestService } from './harness/service.js';
import { linkToken } from './harness/service-parts.js';
import { until } from './harness/until.js';
import {
  startWebhookReceiver,
  verified,
  type WebhookReceiver,
} from './harness/webhook-receiver.js';
import { filesIn, writeApp } from './package/documented-app.js';

let service: TestService;
let receiver: WebhookReceiver;
let root: TestUser;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  service = await startService({ env: { AUTHGRAPH_WEBHOOK_PRIVATE_ADDRESSES: 'allow' } });
  root = await signInWithRoles(service, 'root@users.example.com', ['admin']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const ALL = [
  'user.created',
  'user.verified',
  'user.updated',
  'user.deleted',
  'user.signed_in',
  'session.ended',
  'token.reuse',
];

const WEBHOOK = 'id url events createdAt lastDeliveryAt failing switchedOffAt';
const SAVED = `__typename ... on WebhookSaved { secret webhook { ${WEBHOOK} } }
  ... on Problem { message }`;

const asRoot = (field: string) => mutate(service.send, field, root);

async function save(path: string, events: readonly string[], id?: string) {
  const named = id === undefined ? '' : `id: "${id}", `;
  const url = path.startsWith('/') ? `${receiver.url}${path}` : path;
  return asRoot(
    `saveWebhook(input: { ${named}url: "${url}", events: ${JSON.stringify(events)} }) { ${SAVED} }`,
  );
}

async function made(path: string, events: readonly string[]) {
  const { webhook, secret } = await save(path, events);
  return { id: webhook.id as string, secret: secret as string };
}

async function listed(id: string) {
  const { body } = await service.send(`{ webhooks { ${WEBHOOK} } }`, {}, bearer(root.accessToken));
  return body.data.webhooks.find((webhook: { id: string }) => webhook.id === id);
}

const auditOf = async (type: string) =>
  service.sql<{ details: { webhookId: string } }>(
    'select details from audit_events where type = ? order by id',
    [type],
  );

const change = (user: TestUser) =>
  mutate(service.send, 'updateMyMetadata(patch: { a: 1 }) { __typename }', user);

/** Resolves to the link's token. */
async function verifyEmail(user: TestUser): Promise<string> {
  const token = await linkToken(service, user.id, 'verify');
  await mutate(service.send, `verifyEmail(token: "${token}") { __typename }`, user);
  return token;
}

describe('a webhook', () => {
  it('is told what happens to users and sessions, in messages that the specification verifies', async () => {
    const { id, secret } = await made('/all', ALL);
    const user = await signUpUser(service.send, 'told@users.example.com');
    await change(user);
    const token = await verifyEmail(user);
    const { tokens } = await refresh(service.send, user.refreshToken);
    await refresh(service.send, tokens.refreshToken);
    await refresh(service.send, user.refreshToken);
    await asRoot(`deleteUser(id: "${user.id}") { __typename }`);

    const messages = await receiver.messages('/all', 7);
    const told = messages.map((message) => verified(secret, message));
    const dataOf = (type: string) => told.find((each) => each.type === type)?.data;
    const about = { realm: 'default', userId: user.id };
    const { sessionId } = user;
    expect(dataOf('user.created')).toEqual({ ...about, method: 'password' });
    expect(dataOf('user.signed_in')).toEqual({ ...about, sessionId, amr: ['pwd'] });
    expect(dataOf('user.updated')).toEqual({ ...about, changed: ['publicMetadata'] });
    expect(dataOf('user.verified')).toEqual(about);
    expect(dataOf('token.reuse')).toEqual({ ...about, sessionId });
    const ended = { ...about, sessionId, reason: 'refresh_token_reused', sessionIds: [sessionId] };
    expect(dataOf('session.ended')).toEqual(ended);
    expect(dataOf('user.deleted')).toEqual(about);
    expect(told.map(({ type }) => type).toSorted()).toEqual(ALL.toSorted());

    const said = JSON.stringify(messages);
    for (const secretText of [user.email, 'told@', GOOD_PASSWORD, token, secret])
      expect(said).not.toContain(secretText);
    expect(said).not.toMatch(/ag_(?:rt|ot|dt)_|eyJ/);
    await until(async () => (await listed(id)).lastDeliveryAt !== null, 5_000, 'it is noted');
    expect(await listed(id)).toMatchObject({ failing: false, switchedOffAt: null });
  });

  it('names the event in the audit log by its id, and the time at which it happened', async () => {
    const { secret } = await made('/named', ['user.updated']);
    const user = await signUpUser(service.send);
    await change(user);
    const [message] = await receiver.messages('/named', 1);
    if (message === undefined) throw new Error('no message');
    const [event] = await service.sql<{ id: string; at: string }>(
      "select id, at from audit_events where type = 'user.updated' and user_id = ?",
      [user.id],
    );
    expect(message.headers['webhook-id']).toBe(event?.id);
    expect(message.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
    expect(verified(secret, message).timestamp).toBe(new Date(event?.at ?? '').toISOString());
  });

  it('is told only what it asked for, of its own realm, and what was done', async () => {
    await service.app.use(realms).manage.create('elsewhere', {});
    await made('/mine', ['user.deleted']);
    await signUpUser(graphqlClient(`${service.url}/realms/elsewhere`));
    // refused: the last administrator cannot go
    await asRoot(`deleteUser(id: "${root.id}") { __typename }`);
    const user = await signUpUser(service.send);
    await asRoot(`deleteUser(id: "${user.id}") { __typename }`);
    const messages = await receiver.messages('/mine', 1);
    expect(messages.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'user.deleted', data: { userId: user.id, realm: 'default' } },
    ]);
    const others = receiver.received.filter(({ body }) => body.includes('elsewhere'));
    expect(others).toEqual([]);
  });

  it('may answer without end: no more than the status is read', async () => {
    const { id } = await made('/endless', ['user.updated']);
    const user = await signUpUser(service.send);
    let closed = false;
    receiver.answerNext('/endless', (response) => {
      response.writeHead(200).write('x'.repeat(10_000));
      response.on('close', () => {
        closed = true;
      });
    });
    await change(user);
    await until(() => closed, 15_000, 'the connection was closed');
    await until(async () => (await listed(id)).lastDeliveryAt !== null, 5_000, 'it was delivered');
  });

  it('is switched off when it answers 410, which is told, and on again by saving it', async () => {
    const { id } = await made('/gone', ['user.updated']);
    const user = await signUpUser(service.send);
    receiver.answerNext('/gone', (response) => response.writeHead(410).end());
    await change(user);
    await until(async () => (await listed(id)).switchedOffAt !== null, 15_000, 'it is off');
    expect(await listed(id)).toMatchObject({ failing: true });
    expect(await auditOf('webhook.switched_off')).toContainEqual({
      details: { webhookId: id, reason: 'it answered 410' },
    });
    await change(user); // of which it is never told
    const { webhook, secret } = await save('/back', ['user.updated'], id);
    expect(webhook).toMatchObject({ id, failing: false, switchedOffAt: null });
    expect(secret).toBeNull();
    await change(user);
    await receiver.messages('/back', 1);
    expect(receiver.received.filter(({ path }) => path === '/gone')).toHaveLength(1);
  });

  it('verifies by its old secret and by its new one, until the old one is over', async () => {
    const { id, secret } = await made('/rotated', ['user.updated']);
    const user = await signUpUser(service.send);
    const rotated = await asRoot(`rotateWebhookSecret(id: "${id}") { ${SAVED} }`);
    expect(rotated.secret).not.toBe(secret);
    await change(user);
    const [both] = await receiver.messages('/rotated', 1);
    if (both === undefined) throw new Error('no message');
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect(verified(secret, both)).toEqual(verified(rotated.secret, both));
    await service.sql('update webhooks set previous_secret_until = now() where id = ?', [id]);
    await change(user);
    const [, one] = await receiver.messages('/rotated', 2);
    if (one === undefined) throw new Error('no message');
    expect(verified(rotated.secret, one).type).toBe('user.updated');
    expect(() => verified(secret, one)).toThrow('signature');
  });

  it('is told nothing more once it is deleted', async () => {
    const { id } = await made('/deleted', ['user.updated']);
    const deleted = `deleteWebhook(id: "${id}") { __typename ... on WebhookDeleted { id } }`;
    expect(await asRoot(deleted)).toEqual({ __typename: 'WebhookDeleted', id });
    expect(await asRoot(deleted)).toEqual({ __typename: 'NotFound' });
    expect(await listed(id)).toBeUndefined();
    const { secret } = await made('/after', ['user.updated']);
    await change(await signUpUser(service.send));
    const [after] = await receiver.messages('/after', 1);
    if (after === undefined) throw new Error('no message');
    expect(verified(secret, after).type).toBe('user.updated');
    expect(receiver.received.filter(({ path }) => path === '/deleted')).toEqual([]);
  });
});

// They wait for their second message together, each for one of another event.
describe.concurrent('a webhook that does not take a message', () => {
  it('is told again under the same id', async () => {
    const { id, secret } = await made('/again', ['user.deleted']);
    const user = await signUpUser(service.send);
    receiver.answerNext('/again', (response) => response.writeHead(503).end());
    await asRoot(`deleteUser(id: "${user.id}") { __typename }`);
    await receiver.messages('/again', 1);
    await until(async () => (await listed(id)).failing, 5_000, 'it is failing');
    const [first, second] = await receiver.messages('/again', 2);
    if (first === undefined || second === undefined) throw new Error('no messages');
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(verified(secret, second)).toEqual(verified(secret, first));
    await until(async () => !(await listed(id)).failing, 5_000, 'it is not failing any more');
  });

  it('is not followed elsewhere when it answers with a redirect: it is told again', async () => {
    const { id } = await made('/moved', ['user.verified']);
    const user = await signUpUser(service.send);
    receiver.answerNext('/moved', (response) => {
      response.writeHead(307, { location: `${receiver.url}/new-home` }).end();
    });
    await verifyEmail(user);
    await receiver.messages('/moved', 2);
    await until(async () => !(await listed(id)).failing, 5_000, 'the second one was taken');
    expect(receiver.received.filter(({ path }) => path === '/new-home')).toEqual([]);
  });

  it('is switched off when nothing got through for a day; what waited can be sent again', async () => {
    const { id } = await made('/down', ['user.updated']);
    const user = await signUpUser(service.send);
    await service.sql(
      `update webhooks set failing_since = now() - interval '25 hours',
        failed_at = now() - interval '1 hour' where id = ?`,
      [id],
    );
    receiver.answerNext('/down', (response) => response.writeHead(500).end());
    await change(user);
    await until(async () => (await listed(id)).switchedOffAt !== null, 15_000, 'it is off');
    const failed = async () =>
      (await service.send('{ jobs { nodes { id kind reason } } }', {}, bearer(root.accessToken)))
        .body.data.jobs.nodes;
    const reason = 'its webhook is switched off: it answered 500';
    const isListed = async () =>
      (await failed()).some((job: { reason: string }) => job.reason === reason);
    await until(isListed, 10_000, 'the job is listed');
    const job = (await failed()).find((each: { reason: string }) => each.reason === reason);
    await save('/down', ['user.updated'], id);
    await asRoot(`retryJob(id: "${job.id}") { __typename }`);
    const messages = await receiver.messages('/down', 2);
    const ids = messages.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('the receiver of docs/webhooks.md', () => {
  it('takes our messages, and no others', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { webhook, secret } = await save(url, ['user.updated']);
    await using app = await writeApp(await filesIn('docs/webhooks.md'));
    const env = { PORT: `${port}`, WEBHOOK_SECRET: secret };
    const program = spawn(process.execPath, [join(app.folder, 'receiver.mjs')], { env });
    let said = '';
    program.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const forged = () => fetch(url, { method: 'POST', body: '{"type":"user.updated"}' });
    const answers = async () => (await forged().catch(() => undefined))?.status === 401;
    await until(answers, 15_000, 'it refuses what is not signed');
    const user = await signUpUser(service.send);
    await change(user);
    await until(() => said !== '', 15_000, 'it took the message');
    expect(said).toBe(`user.updated ${user.id}\n`);
    program.kill();
    await asRoot(`deleteWebhook(id: "${webhook.id}") { __typename }`);
  });
});

describe('the secret of a webhook', () => {
  it('is shown once, and stands nowhere in the clear', async () => {
    const { id, secret } = await made('/secret', ['user.deleted']);
    const { secret: again } = await save('/secret', ['user.deleted'], id);
    expect(again).toBeNull();
    const { body } = await service.send(
      '{ webhooks { __typename } }',
      {},
      bearer(root.accessToken),
    );
    expect(JSON.stringify(body)).not.toContain('whsec_');
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const rows = await service.sql<{ box: Uint8Array }>(
      'select sealed_secret as box from webhooks where id = ?',
      [id],
    );
    const box = Buffer.from(rows[0]?.box ?? []);
    expect(box.length).toBeGreaterThan(secret.length);
    expect(box.includes(bytes) || box.includes(secret)).toBe(false);
    expect(service.logged()).not.toContain(secret);
    expect(JSON.stringify(await service.sql('select * from audit_events'))).not.toContain(secret);
  });

  it('opens for no other webhook', async () => {
    const [one, other] = [
      await made('/one', ['user.deleted']),
      await made('/two', ['user.updated']),
    ];
    await service.sql(
      `update webhooks set sealed_secret =
        (select sealed_secret from webhooks where id = ?) where id = ?`,
      [one.id, other.id],
    );
    await change(await signUpUser(service.send));
    const isLogged = () => service.logged().includes('webhooks.deliver');
    await until(isLogged, 10_000, 'the job failed');
    expect(receiver.received.filter(({ path }) => path === '/two')).toEqual([]);
    await asRoot(`deleteWebhook(id: "${other.id}") { __typename }`);
  });
});

it('every event that is told is one that the service has', () => {
  const names = FEATURES.flatMap(({ events = [] }) => events.map(({ name }) => name));
  expect(TOLD_EVENTS.filter((name) => !names.includes(name))).toEqual([]);
});

describe('saving a webhook', () => {
  const nowhere = '019d0000-0000-7000-8000-000000000000';

  it.each([
    ['no URL', 'nothing', ALL, undefined, 'InvalidWebhook'],
    ['another protocol', 'ftp://hooks.example.com', ALL, undefined, 'InvalidWebhook'],
    ['a password', 'https://a:b@hooks.example.com', ALL, undefined, 'InvalidWebhook'],
    ['no events', '/x', [], undefined, 'InvalidWebhook'],
    ['an unknown event', '/x', ['user.exploded'], undefined, 'InvalidWebhook'],
    ['an id that is none', '/x', ALL, 'x', 'NotFound'],
    ['an id that nothing has', '/x', ALL, nowhere, 'NotFound'],
  ])('with %s changes nothing and says why', async (_what, url, events, id, answer) => {
    const count = async () => (await service.sql('select 1 from webhooks')).length;
    const before = await count();
    const saved = await save(url, events, id);
    expect(saved).toEqual({ __typename: answer, message: expect.any(String) });
    expect(await count()).toBe(before);
  });

  it('is audited with its host, and not with the rest of its URL', async () => {
    const { id } = await made('/with?key=hidden', ['user.created', 'user.created']);
    const details = (await auditOf('webhook.saved')).map((event) => event.details);
    const host = new URL(receiver.url).host;
    expect(details).toContainEqual({ webhookId: id, host, events: ['user.created'] });
    expect(JSON.stringify(details)).not.toContain('hidden');
    await asRoot(`deleteWebhook(id: "${id}") { __typename }`);
  });

  it('is done twenty times in a realm at the most', async () => {
    for (let n = (await service.sql('select 1 from webhooks')).length; n < 20; n += 1)
      await made(`/many/${n}`, ['user.deleted']);
    const { message } = await save('/too-many', ['user.deleted']);
    expect(message).toContain('20');
  });

  it('is for whoever holds webhooks:write', async () => {
    const user = await signUpUser(service.send);
    const id = `(id: "${nowhere}") { __typename }`;
    for (const field of [
      'saveWebhook(input: { url: "https://x.example.com", events: ["user.created"] }) { __typename }',
      `rotateWebhookSecret${id}`,
      `deleteWebhook${id}`,
    ])
      expect(await mutate(service.send, field, user)).toBe('FORBIDDEN');
    const { body } = await service.send('{ webhooks { id } }', {}, bearer(user.accessToken));
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});
