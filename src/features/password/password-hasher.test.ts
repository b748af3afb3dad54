import { hash } from '@node-rs/argon2';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { argon2Hasher } from './password-hasher.js';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let time = 0;
const now = () => time;
const ada = { ipAddress: '192.0.2.1' };
const hasher = argon2Hasher(2, log, now);
afterAll(() => hasher[Symbol.asyncDispose]());

describe('argon2Hasher', () => {
  it('hashes with argon2id of 19 MiB, two passes, one lane, and a new salt each time (requirement 5)', async () => {
    const [first, second] = await Promise.all([
      hasher.hash('one password', ada),
      hasher.hash('one password', ada),
    ]);
    expect(first).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(first).not.toBe(second);
  });

  it('verifies the password and no other, to the last character', async () => {
    const phc = await hasher.hash(`${'x'.repeat(255)}a`, ada);
    expect(await hasher.verify(`${'x'.repeat(255)}a`, phc, ada)).toBe(true);
    expect(await hasher.verify(`${'x'.repeat(255)}b`, phc, ada)).toBe(false);
  });

  it('matches nothing when there is no hash', async () => {
    expect(await hasher.verify('', undefined, ada)).toBe(false);
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
    const phcs = await Promise.all(['a', 'b', 'c'].map((password) => hasher.hash(password, ada)));
    const crowd = Array.from({ length: 40 }, (_, place) => ({
      phc: phcs[place % 3],
      password: 'abcd'[place % 4] ?? '',
    }));
    const answers = await Promise.allSettled(
      crowd.flatMap(({ password, phc }) => [
        hasher.verify(password, phc, ada),
        hasher.verify(password, '$not a hash', ada),
      ]),
    );
    const right = answers
      .filter((_, place) => place % 2 === 0)
      .map((answer) => answer.status === 'fulfilled' && answer.value);
    expect(right).toEqual(crowd.map(({ password, phc }) => phcs['abc'.indexOf(password)] === phc));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(40);
  });

  it('leaves nobody out whose password comes while a batch is taken from the queue', async () => {
    await using single = argon2Hasher(1, log, now);
    const phc = await single.hash('right', ada);
    const clients = Array.from({ length: 11 }, async () => {
      for (let call = 0; call < 8; call += 1)
        expect(await single.verify('right', phc, ada)).toBe(true);
    });
    await Promise.all(clients);
  });

  it('rejects what waits when it is closed, instead of leaving it waiting', async () => {
    const closed = argon2Hasher(1, log, now);
    const waiting = Promise.allSettled([
      closed.hash('a', ada),
      closed.hash('b', ada),
      closed.hash('c', ada),
      closed.hash('d', ada),
    ]);
    await closed[Symbol.asyncDispose]();
    expect((await waiting).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });

  it('lets nobody wait for long behind one who sends a crowd (requirement 36)', async () => {
    await using busy = argon2Hasher(1, log, now);
    const phc = await busy.hash('x', ada);
    const order: string[] = [];
    const crowd = Array.from({ length: 40 }, () =>
      busy.verify('x', phc, { ipAddress: '198.51.100.9' }).then(() => order.push('crowd')),
    );
    await busy.verify('x', phc, ada).then(() => order.push('ada'));
    await Promise.all(crowd);
    // behind what runs already, and one batch
    expect(order.indexOf('ada')).toBeLessThan(15);
  });

  it('lets accounts take turns, where one backend asks for all of them', async () => {
    await using busy = argon2Hasher(1, log, now);
    const phc = await busy.hash('x', ada);
    const order: string[] = [];
    const verify = (account: string) =>
      busy.verify('x', phc, { ipAddress: null, account }).then(() => order.push(account));
    const crowd = Array.from({ length: 40 }, () => verify('attacked@example.com'));
    await Promise.all([verify('grace@example.com'), ...crowd]);
    expect(order.indexOf('grace@example.com')).toBeLessThan(15);
  });

  it('refuses more than a hundred that wait for one address, and keeps room for others', async () => {
    await using busy = argon2Hasher(1, log, now);
    const flood = Array.from({ length: 130 }, () => busy.verify('x', '$not a hash', ada));
    const outcomes = Promise.allSettled(flood);
    const phc = await busy.hash('x', { ipAddress: '198.51.100.9' });
    const reasons = (await outcomes).map((each) => each.status === 'rejected' && each.reason.code);
    expect(reasons.filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThan(20);
    expect(await busy.verify('x', phc, ada)).toBe(true);
  });

  it('refuses what has waited for two seconds', async () => {
    await using busy = argon2Hasher(1, log, now);
    const late = Array.from({ length: 20 }, () => busy.hash('x', ada));
    const outcomes = Promise.allSettled(late);
    time += 2_001;
    const answers = (await outcomes).map(({ status }) => status);
    expect(answers.slice(0, 2)).toEqual(['fulfilled', 'fulfilled']); // they did not wait
    expect(answers.slice(10)).toEqual(Array(10).fill('rejected'));
  });

  it('spares the work for those who have gone away', async () => {
    await using busy = argon2Hasher(1, log, now);
    const client = new AbortController();
    const work = Array.from({ length: 20 }, () =>
      busy.hash('x', { ipAddress: '192.0.2.7', gone: client.signal }),
    );
    const outcomes = Promise.allSettled(work);
    expect(busy.waiting).toBeGreaterThan(10);
    client.abort();
    expect(busy.waiting).toBe(0);
    const rejected = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(rejected.length).toBeGreaterThan(10);
    await expect(busy.hash('x', { ipAddress: null, gone: client.signal })).rejects.toThrow();
  });
});
