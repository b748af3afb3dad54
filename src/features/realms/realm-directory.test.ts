import { beforeEach, describe, expect, it } from 'vitest';
import { localBus } from '../../platform/bus/local-bus.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { RealmDirectory } from './realm-directory.js';

/** The table of realms, as other nodes change it. */
let rows: Map<string, { settings: Record<string, string>; created_at: string }>;
let reads: number;
/** Called when a read has seen the table, before it answers. */
let meanwhile: () => void;
let directory: RealmDirectory;

const sql: SqlExecutor = {
  async query<Row>(_text: string, [id]: readonly unknown[] = []) {
    reads += 1;
    const row = rows.get(String(id));
    const answer = row ? [{ id, ...row }] : [];
    await Promise.resolve();
    meanwhile();
    return answer as Row[]; // what the one statement of `findRealm` selects
  },
  afterCommit: async () => {},
};

beforeEach(() => {
  rows = new Map([['acme', { settings: {}, created_at: '2026-01-01T00:00:00Z' }]]);
  reads = 0;
  meanwhile = () => {};
  directory = new RealmDirectory(sql, localBus(), ({ id, settings }) => ({
    id,
    issuer: `https://auth.example.com/realms/${id}`,
    settings,
  }));
});

const set = (settings: Record<string, string>, created = '2026-01-01T00:00:00Z') =>
  rows.set('acme', { settings, created_at: created });

describe('the realms that a node knows', () => {
  it('are read once, and are one object as long as nothing changes', async () => {
    const realm = await directory.find('acme');
    expect(directory.find('acme')).toBe(realm);
    expect(reads).toBe(1);
    directory.forget('acme');
    expect(await directory.find('acme')).toBe(realm);
    expect(reads).toBe(2);
  });

  it('are read anew once they are forgotten', async () => {
    await directory.find('acme');
    set({ accessTokenTtl: '5m' });
    directory.forget('acme');
    expect((await directory.find('acme')).settings).toEqual({ accessTokenTtl: '5m' });
  });

  it('are not what a read saw before a change that was told of meanwhile', async () => {
    meanwhile = () => {
      meanwhile = () => {};
      set({ accessTokenTtl: '5m' });
      directory.forget('acme');
    };
    await directory.find('acme');
    expect((await directory.find('acme')).settings).toEqual({ accessTokenTtl: '5m' });
  });

  it('are told from others of the same id that were deleted', async () => {
    const before = await directory.find('acme');
    set({}, '2026-02-02T00:00:00Z');
    directory.forget('acme');
    expect(await directory.find('acme')).not.toBe(before);
  });

  it('cost no query where no realm can be, nor a second one where none is', async () => {
    for (const id of ['../etc', 'ACME', 'x'.repeat(64)]) {
      await expect(async () => directory.find(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(reads).toBe(0);
    for (let time = 0; time < 3; time += 1) {
      await expect(async () => directory.find('nowhere')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    expect(reads).toBe(1);
  });

  it('are not pushed out by names that somebody makes up', async () => {
    const realm = await directory.find('acme');
    for (let n = 0; n < 2_000; n += 1) {
      await Promise.resolve()
        .then(() => directory.find(`made-up-${n}`))
        .catch(() => {});
    }
    reads = 0;
    expect(directory.find('acme')).toBe(realm);
    expect(reads).toBe(0);
  });
});
