import { z } from 'zod';
import { USER_UPDATED } from '../../../features/users/index.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { type JsonObject, jsonObject, text } from '../protocol/fields.js';
import { findWholeUser } from '../users/user-ids.store.js';
import {
  deleteMetadata,
  findMetadata,
  lockMetadata,
  type MetadataOwner,
  saveMetadata,
} from './core-metadata.store.js';

export interface MetadataDeps {
  readonly database: Database;
  readonly events: Events;
}

/** What an application keeps of users: their private metadata, and that of ids of nobody. */
export function metadataEndpoints({ database, events }: MetadataDeps): Endpoint[] {
  const ownerOf = async (sql: SqlExecutor, { realm }: Call, subject: string) => ({
    subject,
    userId: await findWholeUser(sql, realm, subject),
  });

  async function changed(sql: SqlExecutor, { realm, caller }: Call, { userId }: MetadataOwner) {
    if (userId === null) return;
    const details = { changed: ['privateMetadata'] };
    await events.emit(sql, realm, USER_UPDATED, { caller, userId, details });
  }

  return [
    endpoint({
      method: 'GET',
      path: '/recipe/user/metadata',
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async (call, { userId }) => {
        const owner = await ownerOf(database, call, userId);
        return { ...OK, metadata: await findMetadata(database, call.realm, owner) };
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user/metadata',
      scope: 'app',
      input: z.object({ userId: text, metadataUpdate: jsonObject }),
      handle: async (call, { userId, metadataUpdate }) =>
        database.transaction(async (sql) => {
          const { realm } = call;
          const owner = await ownerOf(sql, call, userId);
          await lockMetadata(sql, realm, owner);
          const metadata = merge(await findMetadata(sql, realm, owner), metadataUpdate);
          if (owner.userId !== null) checkStorable(metadata);
          await saveMetadata(sql, realm, owner, metadata);
          await changed(sql, call, owner);
          return { ...OK, metadata };
        }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/metadata/remove',
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async (call, { userId }) =>
        database.transaction(async (sql) => {
          const owner = await ownerOf(sql, call, userId);
          await deleteMetadata(sql, call.realm, owner);
          await changed(sql, call, owner);
          return OK;
        }),
    }),
  ];
}

/** PostgreSQL's JSON, which is what users have, holds neither U+0000 nor half of a character. */
function checkStorable(metadata: JsonObject): void {
  // What is not plain text, JSON.stringify writes as an escape; a backslash itself it doubles.
  const escapes = JSON.stringify(metadata).matchAll(/\\(?:\\|u([0-9a-f]{4}))/g);
  for (const [, code = ''] of escapes) {
    if (/^(?:0000|d[89a-f])/.test(code)) {
      refuse(400, 'Metadata of a user is well-formed Unicode without U+0000');
    }
  }
}

/** At the top only: null takes a key out, and what is nested is replaced as a whole. */
function merge(before: JsonObject, update: JsonObject): JsonObject {
  const merged = Object.entries({ ...before, ...update });
  return Object.fromEntries(merged.filter(([key, value]) => value !== null || !(key in update)));
}
