import { hash } from '@node-rs/argon2';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { argon2Hasher } from './password-hasher.js';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const hasher = argon2Hasher(2, log);
afterAll(() => hasher[Symbol.asyncDispose]());

describe('argon2Hasher', () => {
  it('hashes with argon2id of 19 MiB, two passes, one lane, and a new salt each time (requirement 5)', async () => {
    const [first, second] = await Promise.all([
      hasher.hash('one password'),
      hasher.hash('one password'),
    ]);
    expect(first).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(first).not.toBe(second);
  });

  it('verifies the password and no other, to the last character', async () => {
    const phc = await hasher.hash(`${'x'.repeat(255)}a`);
    expect(await hasher.verify(`${'x'.repeat(255)}a`, phc)).toBe(true);
    expect(await hasher.verify(`${'x'.repeat(255)}b`, phc)).toBe(false);
  });

  it('matches nothing when there is no hash', async () => {
    expect(await hasher.verify('', undefined)).toBe(false);
  });

  it.each([
    ['less memory', { memoryCost: 19_455, timeCost: 2, parallelism: 1 }, true],
    ['fewer passes', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }, true],
    ['the same', { memoryCost: 19_456, timeCost: 2, parallelism: 1 }, false],
    ['more of both', { memoryCost: 20_000, timeCost: 3, parallelism: 1 }, false],
  ])(
    'calls a hash with %s outdated or not (requirement 5)',
    async (_what, parameters, outdated) => {
      expect(hasher.isOutdated(await hash('x', parameters))).toBe(outdated);
    },
  );

  it.each([
    '$argon2i$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$aGFzaA',
    '$2b$12$abcdefghijklmnopqrstuv',
    '',
  ])('calls %j, of another algorithm, outdated (requirement 5)', (phc) => {
    expect(hasher.isOutdated(phc)).toBe(true);
  });

  it('gives each caller of a crowd its own answer, also beside one that fails', async () => {
    const phcs = await Promise.all(['a', 'b', 'c'].map((password) => hasher.hash(password)));
    const crowd = Array.from({ length: 60 }, (_, place) => ({
      phc: phcs[place % 3],
      password: 'abcd'[place % 4] ?? '',
    }));
    const answers = await Promise.allSettled(
      crowd.flatMap(({ password, phc }) => [
        hasher.verify(password, phc),
        hasher.verify(password, '$not a hash'),
      ]),
    );
    const right = answers
      .filter((_, place) => place % 2 === 0)
      .map((answer) => answer.status === 'fulfilled' && answer.value);
    expect(right).toEqual(crowd.map(({ password, phc }) => phcs['abc'.indexOf(password)] === phc));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(60);
  });

  it('leaves nobody out whose password comes while a batch is taken from the queue', async () => {
    await using single = argon2Hasher(1, log);
    const phc = await single.hash('right');
    const clients = Array.from({ length: 11 }, async () => {
      for (let call = 0; call < 8; call += 1) expect(await single.verify('right', phc)).toBe(true);
    });
    await Promise.all(clients);
  });

  it('rejects what waits when it is closed, instead of leaving it waiting', async () => {
    const closed = argon2Hasher(1, log);
    const waiting = Promise.allSettled([
      closed.hash('a'),
      closed.hash('b'),
      closed.hash('c'),
      closed.hash('d'),
    ]);
    await closed[Symbol.asyncDispose]();
    expect((await waiting).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });

  it('refuses more work than it can answer in time, and recovers', async () => {
    await using busy = argon2Hasher(1, log);
    const phc = await busy.hash('x');
    const answers = await Promise.allSettled([
      ...Array.from({ length: 1_002 }, () => busy.verify('x', '$not a hash').catch(() => 'tried')),
      busy.verify('x', phc),
    ]);
    expect(answers.at(-1)).toMatchObject({
      status: 'rejected',
      reason: { code: 'RATE_LIMITED', details: { retryAfterSeconds: 5 } },
    });
    expect(await busy.verify('x', phc)).toBe(true);
  });
});
