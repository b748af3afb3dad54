import { Client, escapeIdentifier } from 'pg';

/** Where one connects to make other databases; every server has it. */
const MAINTENANCE_DATABASE = 'postgres';
const DUPLICATE_DATABASE = '42P04';
const CONNECT_TIMEOUT_MS = 5_000;

/** Makes the database that a URL names, unless it is there; resolves to whether it was made. */
export async function createDatabase(url: string): Promise<boolean> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const server = Object.assign(new URL(url), { pathname: `/${MAINTENANCE_DATABASE}` }).href;
  const client = new Client({
    connectionString: server,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    await client.query(`create database ${escapeIdentifier(name)}`);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === DUPLICATE_DATABASE)
      return false;
    throw error;
  } finally {
    await client.end();
  }
}
