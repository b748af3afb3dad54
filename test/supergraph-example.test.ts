import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from './package/packages.js';

const run = promisify(execFile);

it('stops before it starts anything when a port is taken, and says which', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const example = join(ROOT, 'examples', 'supergraph');
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', example]);
  const start = join(example, 'build', 'start.js');
  const ports = [1, 2, 3, 4].map((distance) => port + distance);
  await expect(
    run(process.execPath, [start, '--once', '--ports', [port, ...ports].join(',')]),
  ).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`Port ${port} is taken`),
  });
  other.close();
}, 60_000);
