import { Client } from 'pg';
import { AuthError } from '../../../kernel/auth-error.js';
import { findMissingTables } from './core-source.store.js';
import type { CoreSource } from './source.js';

const PREFIX = /^[a-z0-9_]{0,40}$/i;

/** Rejects with BAD_USER_INPUT when it is none, or one of a version before 9. */
export async function openCoreDatabase(url: string, prefix: string): Promise<CoreSource> {
  if (!PREFIX.test(prefix)) throw new AuthError('BAD_USER_INPUT', 'That is no prefix of tables.');
  const client = new Client({ connectionString: url, application_name: 'authgraph import' });
  client.on('error', () => {}); // the statement that runs then reports it
  await client.connect();
  const source: CoreSource = {
    prefix,
    query: async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows,
    [Symbol.asyncDispose]: () => client.end(),
  };
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const missing = await findMissingTables(source);
    if (missing.length > 0) {
      throw new AuthError(
        'BAD_USER_INPUT',
        `This is no database of a SuperTokens core of version 9 or later: no ${missing.join(', ')}`,
      );
    }
    return source;
  } catch (error) {
    await client.end();
    throw error;
  }
}
