import { z } from 'zod';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalFlag, optionalText, text } from '../protocol/fields.js';
import { findUserById } from '../users/user-ids.store.js';
import {
  deleteMapping,
  findMappings,
  insertMapping,
  type Mapping,
  renameVerified,
  saveMappingInfo,
  usedIn,
} from './mapping.store.js';

const id = text.refine((value) => value.length <= 128);
const TYPE = z.enum(['SUPERTOKENS', 'EXTERNAL', 'ANY']).nullish();
const MAP = z.object({
  superTokensUserId: id,
  externalUserId: id,
  externalUserIdInfo: optionalText,
  force: optionalFlag,
});
const UNKNOWN = { status: 'UNKNOWN_MAPPING_ERROR' };
const PATH = '/recipe/userid/map';

/** Ids of the application's own for users. */
export function userIdEndpoints({ database }: { readonly database: Database }): Endpoint[] {
  async function map({ realm, version }: Call, input: z.output<typeof MAP>): Promise<object> {
    const { superTokensUserId: own, externalUserId: external, force = false } = input;
    if (external.trim() === '')
      refuse(400, "Field name 'externalUserId' cannot be an empty String");
    return database.transaction(async (sql) => {
      const user = await findUserById(sql, realm, own);
      if (user?.id !== own.toLowerCase()) {
        return { status: 'UNKNOWN_SUPERTOKENS_USER_ID_ERROR' };
      }
      const known = await findMappings(sql, realm, { own, external });
      if (known.length > 0) return exists(known, own, external);
      if (!force) await assertFree(sql, { realm, version }, user.id, external);
      const info = input.externalUserIdInfo ?? null;
      const mapping = { superTokensUserId: user.id, externalUserId: external, info };
      if (!(await insertMapping(sql, realm, mapping))) return exists([mapping], own, external);
      await renameVerified(sql, realm, user.id, external);
      return OK;
    });
  }

  async function find(
    sql: SqlExecutor,
    { realm }: Call,
    userId: string,
    type: z.output<typeof TYPE>,
  ): Promise<Mapping | undefined> {
    const own = type === 'EXTERNAL' ? null : userId;
    const external = type === 'SUPERTOKENS' ? null : userId;
    return (await findMappings(sql, realm, { own, external }))[0];
  }

  return [
    endpoint({ method: 'POST', path: PATH, scope: 'app', input: MAP, handle: map }),
    endpoint({
      method: 'GET',
      path: PATH,
      scope: 'app',
      input: z.object({ userId: text, userIdType: TYPE }),
      handle: async (call, { userId, userIdType }) => {
        const found = await find(database, call, userId, userIdType);
        if (found === undefined) return UNKNOWN;
        const { superTokensUserId, externalUserId, info } = found;
        const externalUserIdInfo = info === null ? {} : { externalUserIdInfo: info };
        return { ...OK, superTokensUserId, externalUserId, ...externalUserIdInfo };
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/remove`,
      scope: 'app',
      input: z.object({ userId: text, userIdType: TYPE, force: optionalFlag }),
      handle: async (call, { userId, userIdType, force = false }) =>
        database.transaction(async (sql) => {
          const found = await find(sql, call, userId, userIdType);
          if (found === undefined) return { ...OK, didMappingExist: false };
          const { superTokensUserId, externalUserId } = found;
          if (!force) refuseUsed(await usedIn(sql, call.realm, externalUserId, besides(call)));
          await deleteMapping(sql, call.realm, superTokensUserId);
          await renameVerified(sql, call.realm, externalUserId, superTokensUserId);
          return { ...OK, didMappingExist: true };
        }),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/userid/external-user-id-info',
      scope: 'app',
      input: z.object({ userId: text, userIdType: TYPE, externalUserIdInfo: text.nullable() }),
      handle: async (call, { userId, userIdType, externalUserIdInfo }) => {
        const found = await find(database, call, userId, userIdType);
        if (found === undefined) return UNKNOWN;
        const { superTokensUserId } = found;
        await saveMappingInfo(database, call.realm, superTokensUserId, externalUserIdInfo);
        return OK;
      },
    }),
  ];
}

function exists(known: readonly Mapping[], own: string, external: string): object {
  return {
    status: 'USER_ID_MAPPING_ALREADY_EXISTS_ERROR',
    doesSuperTokensUserIdExist: known.some((each) => each.superTokensUserId === own),
    doesExternalUserIdExist: known.some((each) => each.externalUserId === external),
  };
}

async function assertFree(
  sql: SqlExecutor,
  call: Pick<Call, 'realm' | 'version'>,
  own: string,
  external: string,
): Promise<void> {
  const other = await findUserById(sql, call.realm, external);
  if (other !== undefined) {
    refuse(400, 'Cannot create a userId mapping where the externalId is also a SuperTokens userID');
  }
  refuseUsed(await usedIn(sql, call.realm, own, besides(call)));
}

function refuseUsed(recipe: string | undefined): void {
  if (recipe !== undefined) refuse(400, `UserId is already in use in ${recipe} recipe`);
}

/** From version 4.0 of the interface on, verified addresses move along with the id. */
function besides({ version }: Pick<Call, 'version'>): { besides: string | null } {
  return { besides: version >= 400 ? 'EmailVerification' : null };
}
