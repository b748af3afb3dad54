import { z } from 'zod';
import type { Database } from '../../../platform/database/database.js';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { type JsonObject, jsonObject, text } from '../protocol/fields.js';
import { deleteMetadata, findMetadata, lockMetadata, saveMetadata } from './core-metadata.store.js';

/** What an application keeps of users, known here or not. */
export function metadataEndpoints({ database }: { readonly database: Database }): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/recipe/user/metadata',
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async ({ realm }, { userId }) => ({
        ...OK,
        metadata: await findMetadata(database, realm, userId),
      }),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/user/metadata',
      scope: 'app',
      input: z.object({ userId: text, metadataUpdate: jsonObject }),
      handle: async ({ realm }, { userId, metadataUpdate }) =>
        database.transaction(async (sql) => {
          const metadata = merge(await lockMetadata(sql, realm, userId), metadataUpdate);
          await saveMetadata(sql, realm, userId, metadata);
          return { ...OK, metadata };
        }),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/user/metadata/remove',
      scope: 'app',
      input: z.object({ userId: text }),
      handle: async ({ realm }, { userId }) => {
        await deleteMetadata(database, realm, userId);
        return OK;
      },
    }),
  ];
}

/** At the top only: null takes a key out, and what is nested is replaced as a whole. */
function merge(before: JsonObject, update: JsonObject): JsonObject {
  const merged = Object.entries({ ...before, ...update });
  return Object.fromEntries(merged.filter(([key, value]) => value !== null || !(key in update)));
}
