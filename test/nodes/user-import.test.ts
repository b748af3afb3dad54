import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outcomeOf, said, spawnCommand } from '../harness/command-line.js';
import { SIGN_IN } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { startService } from '../harness/service.js';
import { BCRYPT_COST, IMPORT_MS, IMPORTED_USERS, SAMPLE } from '../harness/sizes.js';
import { createTestDatabase } from '../harness/test-database.js';

const DIFFERENT_HASHES = 20;
const MOST_MEMORY_MIB = 400;

const passwordOf = (n: number) => `mauve-otter-${n % DIFFERENT_HASHES}-climbs`;
const emailOf = (n: number) => `user-${n}@import.example.com`;

describeOnSharedServers('the import of users with bcrypt hashes', (open) => {
  let servers: SharedServers;
  const folder = mkdtempSync(join(tmpdir(), 'authgraph-import-'));
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await servers[Symbol.asyncDispose]();
  });

  it(
    'goes on where it was killed, in bounded memory, and everybody signs in',
    async () => {
      await using database = await createTestDatabase(servers.databaseUrl);
      const settings = clusterSettings(database.url);
      const file = join(folder, 'users.jsonl');
      await pipeline(Readable.from(linesOfUsers()), createWriteStream(file));
      const start = () => spawnCommand(['users', 'import', file, '--json'], settings, IMPORT_MS);

      const killed = start();
      const gone = outcomeOf(killed);
      await said(killed, `${Math.floor(IMPORTED_USERS / 10_000) * 5_000 || 5_000} lines`);
      killed.kill('SIGKILL');
      await gone;
      const [{ count: before } = { count: 0 }] = await countUsers();
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(IMPORTED_USERS);

      const started = performance.now();
      const second = start();
      let peakMib = 0;
      const watch = setInterval(() => {
        peakMib = Math.max(peakMib, peakMemoryOf(second.pid));
      }, 100);
      const { code, stdout } = await outcomeOf(second);
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1_000;
      process.stderr.write(
        `users import: ${before} before the kill, ${IMPORTED_USERS} after ` +
          `${seconds.toFixed(1)} s more, at most ${peakMib.toFixed(0)} MiB\n`,
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        lines: IMPORTED_USERS,
        imported: IMPORTED_USERS - before,
        known: before,
        refused: 0,
      });
      expect(peakMib).toBeLessThan(MOST_MEMORY_MIB);
      expect(await countUsers()).toEqual([{ count: IMPORTED_USERS, emails: IMPORTED_USERS }]);

      await using service = await startService({
        env: { ...settings, AUTHGRAPH_LIMITS: 'accounts' },
      });
      const step = Math.floor(IMPORTED_USERS / SAMPLE);
      for (let index = 0; index < SAMPLE; index += 1) {
        const n = index * step;
        const input = { email: emailOf(n), password: passwordOf(n) };
        const { body } = await service.send(SIGN_IN, { input });
        expect(body.data.signIn.user?.email).toBe(input.email);
      }

      function countUsers() {
        return database.sql<{ count: number }>(
          'select count(*)::int as count, count(distinct email)::int as emails from users',
        );
      }
    },
    2 * IMPORT_MS,
  );
});

async function* linesOfUsers(): AsyncGenerator<string> {
  const hashes = await Promise.all(
    Array.from({ length: DIFFERENT_HASHES }, (_, n) =>
      bcrypt(passwordOf(n), BCRYPT_COST, randomBytes(16)),
    ),
  );
  for (let n = 0; n < IMPORTED_USERS; n += 1) {
    const passwordHash = hashes[n % DIFFERENT_HASHES];
    yield `${JSON.stringify({ email: emailOf(n), passwordHash })}\n`;
  }
}

/** In MiB; 0 where only Linux could tell, and when it has ended. */
function peakMemoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
