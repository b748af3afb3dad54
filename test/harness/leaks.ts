import type { TestService } from './service.js';

interface StoredHash {
  readonly hash: string;
}

/**
 * Which of these secrets, and of the hashes that the database holds, stand in the service's log,
 * and which of the secrets stand in the database. An empty list is what one wants.
 */
export async function leaksOf(service: TestService, secrets: readonly string[]): Promise<string[]> {
  const log = service.logged();
  if (log === '' || secrets.length === 0) throw new Error('there is nothing to search');
  const hashes = await service.sql<StoredHash>(`select hash from passwords
    union all select encode(current_hash, 'hex') from sessions
    union all select encode(current_hash, 'base64') from sessions
    union all select encode(previous_hash, 'hex') from sessions where previous_hash is not null`);
  const rows = await service.sql<{ row: string }>(
    `select u::text as row from users u union all select c::text from passwords c
      union all select s::text from sessions s`,
  );
  const stored = rows.map(({ row }) => row).join('\n');
  return [
    ...[...secrets, ...hashes.map(({ hash }) => hash)]
      .filter((secret) => log.includes(secret))
      .map((secret) => `logged: ${secret}`),
    ...secrets.filter((secret) => stored.includes(secret)).map((secret) => `stored: ${secret}`),
  ];
}
