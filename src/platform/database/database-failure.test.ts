import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable, safeReason, violatesUnique } from './database-failure.js';

function failure(message: string, fields: object = {}, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), fields);
}

describe('isDatabaseUnavailable', () => {
  it.each([
    ['a refused connection', failure('connect ECONNREFUSED', { code: 'ECONNREFUSED' })],
    ['a lost connection', failure('Connection terminated unexpectedly')],
    ['a pool that is exhausted', failure('timeout exceeded when trying to connect')],
    ['a server that shuts down', failure('terminating connection', { code: '57P01' })],
    ['a server that starts up', failure('the database system is starting up', { code: '57P03' })],
    ['too many clients', failure('sorry, too many clients already', { code: '53300' })],
    ['a broken connection', failure('connection failure', { code: '08006' })],
    [
      'a password that is no longer right',
      failure('password authentication failed', { code: '28P01' }),
    ],
    [
      'a standby, in the middle of a failover',
      failure('cannot execute UPDATE in a read-only transaction', { code: '25006' }),
    ],
    [
      'a database that is not there',
      failure('database "authgraph" does not exist', { code: '3D000' }),
    ],
    [
      'a schema that is not there yet',
      failure('relation "users" does not exist', { code: '42P01' }),
    ],
    [
      'one of these as the cause of another',
      failure('select …', {}, failure('', { code: 'ECONNRESET' })),
    ],
    [
      'one of these as what MikroORM wrapped',
      failure('select …', { previous: failure('', { code: '57P01' }) }),
    ],
    [
      'several attempts that all failed',
      Object.assign(failure(''), { errors: [failure('', { code: 'EHOSTUNREACH' })] }),
    ],
  ])('is true for %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ['a syntax error', failure('syntax error', { code: '42601' })],
    ['a violated constraint', failure('duplicate key', { code: '23505' })],
    ['bad data, whatever it quotes', failure('invalid input: "timeout"', { code: '22P02' })],
    ['a bug of ours', new TypeError('x is not a function')],
    ['what is no error', 'ECONNREFUSED'],
    ['nothing', undefined],
  ])('is false for %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it('ends on an error that is its own cause', () => {
    const error = failure('round and round');
    error.cause = error;
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});

describe('violatesUnique', () => {
  it('goes by the SQLSTATE and the name of the constraint', () => {
    const error = failure(
      'insert …',
      {},
      failure('duplicate key', { code: '23505', constraint: 'one' }),
    );
    expect(violatesUnique(error, 'one')).toBe(true);
    expect(violatesUnique(error, 'another')).toBe(false);
    expect(violatesUnique(failure('', { code: '23503', constraint: 'one' }), 'one')).toBe(false);
  });
});

describe('safeReason', () => {
  it('leaves out the statement with its parameters, which MikroORM puts into the message', () => {
    const driver = failure('Connection terminated', {});
    const wrapped = failure(
      "insert into users values ('ada@example.com', '$argon2id$…')",
      {},
      driver,
    );
    expect(safeReason(wrapped)).toBe('Connection terminated');
  });

  it('says of data errors only the code, since their messages quote the data', () => {
    expect(
      safeReason(
        failure('Key (email)=(ada@example.com) exists', { code: '23505', constraint: 'one' }),
      ),
    ).toBe('SQLSTATE 23505 one');
    expect(
      safeReason(failure('invalid input syntax for type uuid: "secret"', { code: '22P02' })),
    ).toBe('SQLSTATE 22P02');
  });

  it('says what it can of anything else', () => {
    expect(safeReason(failure('no route', { code: 'EHOSTUNREACH' }))).toBe(
      'EHOSTUNREACH: no route',
    );
    expect(safeReason('a secret that was thrown')).toBe('string');
  });
});
