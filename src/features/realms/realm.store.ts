import type { SqlExecutor } from '../../platform/database/database.js';

/** A realm as it is stored: its overrides are the texts that somebody set. */
export interface RealmRow {
  readonly id: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly created_at: string;
}

const FIND = 'select id, settings, created_at from realms where id = $1';
const LIST = 'select id, settings, created_at from realms where id > $1 order by id limit $2';
const INSERT = `insert into realms (id, settings) values ($1, $2::jsonb)
  on conflict do nothing returning id, settings, created_at`;
const UPDATE = `update realms set settings = $2::jsonb where id = $1
  returning id, settings, created_at`;
const LOCK = 'select id, settings, created_at from realms where id = $1 for update';
const DELETE = 'delete from realms where id = $1 returning id';

export async function findRealm(sql: SqlExecutor, id: string): Promise<RealmRow | undefined> {
  return one(await sql.query<Row>(FIND, [id]));
}

/** In the order of their ids, from behind `after`. */
export async function listRealms(
  sql: SqlExecutor,
  after: string,
  most: number,
): Promise<RealmRow[]> {
  return (await sql.query<Row>(LIST, [after, most])).map(fromRow);
}

/** Undefined when there is one of that id. */
export async function insertRealm(
  sql: SqlExecutor,
  id: string,
  settings: RealmRow['settings'],
): Promise<RealmRow | undefined> {
  return one(await sql.query<Row>(INSERT, [id, JSON.stringify(settings)]));
}

/** Reads it for a change: others wait until the transaction ends. */
export async function lockRealm(sql: SqlExecutor, id: string): Promise<RealmRow | undefined> {
  return one(await sql.query<Row>(LOCK, [id]));
}

export async function updateRealm(
  sql: SqlExecutor,
  id: string,
  settings: RealmRow['settings'],
): Promise<RealmRow | undefined> {
  return one(await sql.query<Row>(UPDATE, [id, JSON.stringify(settings)]));
}

/** With everything that belongs to it. */
export async function deleteRealmRow(sql: SqlExecutor, id: string): Promise<boolean> {
  return (await sql.query(DELETE, [id])).length > 0;
}

function one(rows: readonly Row[]): RealmRow | undefined {
  return rows[0] && fromRow(rows[0]);
}

function fromRow({ id, settings, created_at }: Row): RealmRow {
  // PGlite and pg both hand jsonb over parsed; MikroORM may have told the driver not to.
  const texts = typeof settings === 'string' ? JSON.parse(settings) : settings;
  return { id, settings: texts, createdAt: new Date(created_at) };
}
