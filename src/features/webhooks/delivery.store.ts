import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

const SUBSCRIBERS = `select id from webhooks
  where realm_id = $1 and $2 = any(events) and switched_off_at is null`;

/** The ids of the webhooks that are told of this. */
export async function subscribersOf(
  sql: SqlExecutor,
  realm: Realm,
  type: string,
): Promise<string[]> {
  return (await sql.query<{ id: string }>(SUBSCRIBERS, [realm.id, type])).map(({ id }) => id);
}

/** A webhook as it is called. */
export interface Receiver {
  readonly id: string;
  readonly url: string;
  /** The newest first; those that sign. */
  readonly sealedSecrets: readonly Uint8Array[];
  readonly failingSince: Date | null;
  readonly failedAt: Date | null;
  readonly isSwitchedOff: boolean;
}

interface Row {
  readonly id: string;
  readonly url: string;
  readonly sealed_secret: Uint8Array;
  readonly sealed_previous_secret: Uint8Array | null;
  readonly failing_since: string | null;
  readonly failed_at: string | null;
  readonly switched_off_at: string | null;
}

const FIND = `select id, url, sealed_secret, failing_since, failed_at, switched_off_at,
    case when previous_secret_until > $3 then sealed_previous_secret end as sealed_previous_secret
  from webhooks where realm_id = $1 and id = $2`;

export async function findReceiver(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  now: Date,
): Promise<Receiver | undefined> {
  const [row] = await sql.query<Row>(FIND, [realm.id, id, now]);
  if (row === undefined) return undefined;
  return {
    id: row.id,
    url: row.url,
    sealedSecrets: [row.sealed_secret, row.sealed_previous_secret].filter((box) => box !== null),
    failingSince: row.failing_since === null ? null : new Date(row.failing_since),
    failedAt: row.failed_at === null ? null : new Date(row.failed_at),
    isSwitchedOff: row.switched_off_at !== null,
  };
}

const DELIVERED = `update webhooks set last_delivery_at = $3, failing_since = null, failed_at = null
  where realm_id = $1 and id = $2`;

export async function noteDelivery(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  at: Date,
): Promise<void> {
  await sql.query(DELIVERED, [realm.id, id, at]);
}

const FAILED = `update webhooks set failing_since = coalesce(failing_since, $3), failed_at = $3
  where realm_id = $1 and id = $2 returning failing_since`;

/** Resolves to when the failures began; undefined when the webhook is gone meanwhile. */
export async function noteFailure(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  at: Date,
): Promise<Date | undefined> {
  const [row] = await sql.query<{ failing_since: string }>(FAILED, [realm.id, id, at]);
  return row && new Date(row.failing_since);
}

const SWITCH_OFF = `update webhooks set switched_off_at = $3
  where realm_id = $1 and id = $2 and switched_off_at is null returning id`;

/** False when it was off already. */
export async function switchOff(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  at: Date,
): Promise<boolean> {
  return (await sql.query(SWITCH_OFF, [realm.id, id, at])).length > 0;
}
