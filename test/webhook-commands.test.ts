import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { embedded, runCommand } from './harness/command-line.js';
import { copyTemplate, TEST_SECRET } from './harness/service.js';
import {
  startWebhookReceiver,
  verified,
  type WebhookReceiver,
} from './harness/webhook-receiver.js';

// Each command is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const NEWER_SECRET = 'Zk3Vq8Rn1Tw6Yb4Hs9Jd2Lf7Gm5Pc0XeAu';

let dataDir: string;
let receiver: WebhookReceiver;
beforeAll(async () => {
  [dataDir, receiver] = await Promise.all([copyTemplate(), startWebhookReceiver()]);
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const runWith = (env: Record<string, string>, line: string) =>
  runCommand(line.split(' '), {
    ...embedded(dataDir),
    AUTHGRAPH_WEBHOOK_PRIVATE_ADDRESSES: 'allow',
    ...env,
  });

/** What a command prints; fails when it ends with anything but 0. */
async function run(line: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runWith(env, line);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

it('the command line looks after webhooks, whose secrets move with AUTHGRAPH_SECRET', async () => {
  const saved = JSON.parse(await run(`webhooks save ${receiver.url}/a user.created --json`));
  expect(saved).toMatchObject({ url: `${receiver.url}/a`, events: ['user.created'] });
  const rotated = JSON.parse(await run(`webhooks rotate-secret ${saved.id} --json`));
  expect(JSON.parse(await run('webhooks list --json'))).toEqual({ ...saved, secret: undefined });

  const both = { AUTHGRAPH_SECRET: `${NEWER_SECRET},${TEST_SECRET}` };
  const resealed = await run('secrets reseal', both);
  expect(resealed).toContain('webhooks.sealed_secret: 1 sealed again');
  expect(resealed).toContain('webhooks.sealed_previous_secret: 1 sealed again');

  const newer = { AUTHGRAPH_SECRET: NEWER_SECRET };
  expect(await run(`webhooks test ${saved.id}`, newer)).toBe('delivered: it answered 204\n');
  const [message] = await receiver.messages('/a', 1);
  if (message === undefined) throw new Error('no message');
  expect(verified(rotated.secret, message)).toMatchObject({ type: 'webhook.test' });
  expect(verified(saved.secret, message)).toEqual(verified(rotated.secret, message));

  const strict = { ...newer, AUTHGRAPH_WEBHOOK_PRIVATE_ADDRESSES: 'refuse' };
  expect(await runWith(strict, `webhooks test ${saved.id} --json`)).toEqual({
    code: 1,
    stdout: expect.stringContaining('"delivered":false,"status":null,"reason":"it leads to a pri'),
    stderr: '',
  });
  expect(receiver.received).toHaveLength(1);
  expect(await run(`webhooks delete ${saved.id}`, newer)).toBe(`deleted ${saved.id}\n`);
});
