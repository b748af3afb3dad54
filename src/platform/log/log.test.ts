import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from './log.js';

function logged(fields: object): string {
  const destination = new PassThrough();
  createLog('debug', destination).info(fields, 'something happened');
  return destination.read()?.toString() ?? '';
}

it('writes one JSON object a line, with the time and the level as words', () => {
  expect(JSON.parse(logged({ sessionId: 's1' }))).toMatchObject({
    level: 'info',
    sessionId: 's1',
    msg: 'something happened',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

it.each([
  'password',
  'currentPassword',
  'newPassword',
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
  'secret',
])('does not write a slipped %s', (name) => {
  expect(logged({ [name]: 'canary', input: { [name]: 'canary' } })).not.toContain('canary');
});

it('keeps the places of an error, and no SQL with its parameters', () => {
  const driver = Object.assign(new Error('duplicate key (canary)'), {
    code: '23505',
    constraint: 'one',
  });
  const line = logged({ err: new Error("insert into users values ('canary')", { cause: driver }) });
  expect(line).not.toContain('canary');
  expect(JSON.parse(line).err).toEqual({
    type: 'Error',
    message: 'SQLSTATE 23505 one',
    at: expect.arrayContaining([expect.stringMatching(/^at /)]),
  });
});

it('does not write the text of what is thrown and is no error', () => {
  expect(logged({ err: 'canary' })).not.toContain('canary');
});
