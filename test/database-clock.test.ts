import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { addSeconds, systemClock } from '../src/kernel/clock.js';
import { DatabaseClock } from '../src/platform/database/database-clock.js';
import { signUpUser } from './harness/graphql-client.js';
import { startService } from './harness/service.js';

/** As on a machine whose clock nobody sets. */
const off = (seconds: number) => ({ now: () => addSeconds(systemClock.now(), seconds) });

describe('the clock that decides (requirement 45)', () => {
  it("is the database's, on a node whose own is off, which says so once", async () => {
    await using service = await startService();
    for (const [seconds, expected] of [
      [-90, 1],
      [3_600, 1],
      [1, 0],
    ] as const) {
      const warnings: object[] = [];
      const log = {
        debug() {},
        info() {},
        error() {},
        warn: (fields: object) => warnings.push(fields),
      };
      using clock = new DatabaseClock(off(seconds), log);
      expect(Math.abs(clock.now().getTime() - Date.now() - seconds * 1000)).toBeLessThan(1_000);
      clock.follow(service.app.platform.database);
      await clock.sync();
      await clock.sync();
      expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1_000);
      expect(warnings).toHaveLength(expected);
    }
  });

  it('is the one that tokens and sessions go by', async () => {
    await using service = await startService();
    const { clock } = service.app.platform;
    expect(clock).toBeInstanceOf(DatabaseClock);
    const { accessToken } = await signUpUser(service.send);
    const { iat = 0 } = decodeJwt(accessToken);
    expect(Math.abs(iat * 1000 - clock.now().getTime())).toBeLessThan(10_000);
  });
});
