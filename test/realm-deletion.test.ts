import { afterAll, beforeAll, expect, it } from 'vitest';
import { realms } from '../src/features/realms/index.js';
import {
  bearer,
  graphqlClient,
  ME,
  REFRESH,
  type Send,
  SIGN_OUT,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const REALM = 'short-lived';

let service: TestService;
let at: Send;
let user: TestUser;
beforeAll(async () => {
  service = await startService();
  at = graphqlClient(`${service.url}/realms/${REALM}`);
  await service.app.use(realms).manage.create(REALM, { passwordMinLength: '9' });
  user = await signUpUser(at);
  const other = await signUpUser(at);
  await at(SIGN_OUT, {}, bearer(other.accessToken));
  await signUpUser(service.send); // somebody of another realm, who stays
});
afterAll(() => service[Symbol.asyncDispose]());

/** Tables whose rows say what realm they belong to, new ones too. */
async function tablesOfRealms(): Promise<string[]> {
  const rows = await service.sql<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'realm_id' order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function rowsOf(realm: string): Promise<Record<string, number>> {
  const counts = (await tablesOfRealms()).map(async (table) => {
    const query = `select count(*)::int as rows from "${table}" where realm_id = ?`;
    const [row] = await service.sql<{ rows: number }>(query, [realm]);
    return [table, row?.rows ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

it('every table belongs to a realm, but for the list of realms and that of migrations', async () => {
  const rows = await service.sql<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const ofRealms = new Set(await tablesOfRealms());
  const others = rows.map(({ name }) => name).filter((name) => !ofRealms.has(name));
  expect(others.toSorted()).toEqual(['authgraph_migrations', 'realms']);
});

it('rows of every table go with their realm, by foreign keys that lead to it', async () => {
  const reached = await service.sql<{ name: string }>(
    `with recursive gone(id) as (
        select 'realms'::regclass::oid
        union
        select conrelid from pg_constraint join gone on confrelid = gone.id
          where contype = 'f' and confdeltype = 'c'
      ) select relname as name from pg_class join gone on oid = id where relname <> 'realms'`,
  );
  expect(reached.map(({ name }) => name).toSorted()).toEqual(await tablesOfRealms());
});

it('deletes a realm with every row of it and nothing else, and refuses its tokens', async () => {
  const before = await rowsOf(REALM);
  const keptBefore = await rowsOf('default');
  expect(before).toMatchObject({
    users: 2,
    sessions: 2,
    identities: 2,
    passwords: 2,
    signing_keys: 1,
  });
  const verified = await at(ME, {}, bearer(user.accessToken));
  expect(verified.body.data.me.id).toBe(user.id);

  await service.app.use(realms).manage.delete(REALM);

  const after = await rowsOf(REALM);
  expect(after).toEqual(Object.fromEntries(Object.keys(before).map((table) => [table, 0])));
  expect(await rowsOf('default')).toEqual(keptBefore);
  expect((await at(ME, {}, bearer(user.accessToken))).status).toBe(404);
  expect((await at(REFRESH, { refreshToken: user.refreshToken })).status).toBe(404);
});

it('accepts no token of it in a new realm of the same id', async () => {
  await service.app.use(realms).manage.create(REALM, { passwordMinLength: '9' });
  expect((await at(ME, {}, bearer(user.accessToken))).status).toBe(401);
  const { body } = await at(REFRESH, { refreshToken: user.refreshToken });
  expect(body.data.refreshSession).toMatchObject({ __typename: 'RefreshRejected' });
  expect((await signUpUser(at, user.email)).id).not.toBe(user.id);
});

it('does not delete the default realm, nor one that is not there', async () => {
  const { manage } = service.app.use(realms);
  await expect(manage.delete('default')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(manage.delete('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
