import { addSeconds } from '../../kernel/clock.js';
import { firstIdAt } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { AuthEvent } from '../../platform/events/events.js';
import type { FoundPage, Page } from '../../platform/graphql/connection.js';

/** What administrators are shown of something that happened. */
export interface ListedAuditEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly actorId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly operation: string | null;
  readonly via: string;
  readonly details: object;
}

const INSERT = `insert into audit_events (realm_id, id, type, at, actor_id, user_id, session_id,
    ip_address, user_agent, operation, via, details)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb)`;

export async function insertAuditEvent(sql: SqlExecutor, event: AuthEvent): Promise<void> {
  const { id, type, realm, at, caller, userId, sessionId, details } = event;
  const { actorId, ipAddress, userAgent, operation, via } = caller;
  const who = [actorId, userId, sessionId, ipAddress, userAgent, operation, via];
  await sql.query(INSERT, [realm.id, id, type.name, at, ...who, JSON.stringify(details)]);
}

export interface AuditFilter {
  readonly userId?: string | undefined;
  readonly type?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

const COLUMNS = `id, type, at, actor_id, user_id, session_id, ip_address, user_agent, operation,
  via, details::text`;
/** An id is made in the moment of its event; this much may lie between. */
const MARGIN_SECONDS = 2;

interface Row {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly operation: string | null;
  readonly via: string;
  readonly details: string;
}

/** A few texts, one for each kind of question, so that each has the plan of its own index. */
function conditions(realm: Realm, filter: AuditFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [realm.id];
  const parts = ['realm_id = $1'];
  const add = (value: unknown) => `$${values.push(value)}`;
  const { userId, type, since, until } = filter;
  if (userId !== undefined) parts.push(`user_id = ${add(userId)}`);
  if (type !== undefined) parts.push(`type = ${add(type)}`);
  if (since !== undefined) {
    const id = firstIdAt(addSeconds(since, -MARGIN_SECONDS));
    parts.push(`at >= ${add(since)} and id >= ${add(id)}`);
  }
  if (until !== undefined) {
    const id = firstIdAt(addSeconds(until, MARGIN_SECONDS));
    parts.push(`at < ${add(until)} and id < ${add(id)}`);
  }
  return { where: parts.join(' and '), values };
}

/** Newest first. */
export async function pageOfAuditEvents(
  sql: SqlExecutor,
  realm: Realm,
  filter: AuditFilter,
  { first, after }: Page,
): Promise<FoundPage<ListedAuditEvent>> {
  const { where, values } = conditions(realm, filter);
  const behind = after === undefined ? '' : `and id < $${values.push(after)}`;
  const limit = `$${values.push(first + 1)}`;
  const text = `select ${COLUMNS} from audit_events
    where ${where} ${behind} order by id desc limit ${limit}`;
  const found = await sql.query<Row>(text, values);
  return { rows: found.slice(0, first).map(fromRow), hasNextPage: found.length > first };
}

const PAGE_OF_EXPORT = 1_000;

/** All of them, oldest first, some at a time. */
export async function* allAuditEvents(
  sql: SqlExecutor,
  realm: Realm,
  filter: AuditFilter,
): AsyncGenerator<ListedAuditEvent> {
  for (let after = firstIdAt(new Date(0)); ; ) {
    const { where, values } = conditions(realm, filter);
    const text = `select ${COLUMNS} from audit_events where ${where}
      and id > $${values.push(after)} order by id limit ${PAGE_OF_EXPORT}`;
    const rows = await sql.query<Row>(text, values);
    yield* rows.map(fromRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_OF_EXPORT) return;
    after = last.id;
  }
}

const DELETE_OLD = `delete from audit_events where realm_id = $1 and id in (
    select id from audit_events where realm_id = $1 and id < $2 order by id limit $3
  ) returning id`;

/** Deletes up to `most` events from before `before`, oldest first; resolves to how many. */
export async function deleteAuditEventsBefore(
  sql: SqlExecutor,
  realm: Realm,
  before: Date,
  most: number,
): Promise<number> {
  return (await sql.query(DELETE_OLD, [realm.id, firstIdAt(before), most])).length;
}

function fromRow(row: Row): ListedAuditEvent {
  return {
    id: row.id,
    type: row.type,
    at: new Date(row.at),
    actorId: row.actor_id,
    userId: row.user_id,
    sessionId: row.session_id,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    operation: row.operation,
    via: row.via,
    details: JSON.parse(row.details),
  };
}
