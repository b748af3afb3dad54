import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyTemplate } from './harness/service.js';
import { type ServiceProcess, startNode } from './harness/service-process.js';
import { until } from './harness/until.js';

let node: ServiceProcess;
beforeAll(async () => {
  node = await startNode({ AUTHGRAPH_DATA_DIR: await copyTemplate() });
});
afterAll(() => node[Symbol.asyncDispose]());

const served = () => node.log().filter(({ msg }) => msg === 'request');

it('has a line for each request, with what an operator needs to find it, and none for health', async () => {
  for (let turn = 0; turn < 20; turn += 1) await fetch(`${node.url}/%22quoted%22%0A/%C5%BE?a=b`);
  await fetch(`${node.url}/health/ready`);
  await until(async () => served().length === 20, 5_000, 'all requests are logged');
  const [line] = served();
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    method: 'GET',
    path: '/%22quoted%22%0A/%C5%BE',
    status: 404,
    ms: expect.any(Number),
    ip: '127.0.0.1',
    msg: 'request',
  });
});

it('is written to the last line when the service is told to stop', async () => {
  const before = served().length;
  await fetch(`${node.url}/last`);
  node.signal('SIGTERM');
  await node.exited();
  expect(served().slice(before)).toMatchObject([{ path: '/last' }]);
});
