import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const LOG = new URL('../dist/src/platform/log/log.js', import.meta.url).href;
const REQUEST = {
  requestId: 'r1',
  method: 'GET',
  path: '/"quoted"\n/ž',
  status: 404,
  ms: 3,
  ip: '127.0.0.1',
};

/** What a process writes that logs some requests and leaves. */
function written(level: string, requests: number): string {
  const program = `import { createRequestLog } from ${JSON.stringify(LOG)};
    const log = createRequestLog(${JSON.stringify(level)});
    for (let turn = 0; turn < ${requests}; turn += 1) log(${JSON.stringify(REQUEST)});`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
}

it('is one JSON object a line, in the form of the other lines, and whole when the process leaves', () => {
  const lines = written('info', 1_000).trimEnd().split('\n');
  expect(lines).toHaveLength(1_000); // more than one batch
  for (const line of lines) {
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(JSON.parse(line)).toEqual({ level: 'info', time, ...REQUEST, msg: 'request' });
  }
});

it('is silent where only warnings are wanted', () => {
  expect(written('warn', 1)).toBe('');
});
