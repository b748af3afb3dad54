import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** What administrators are shown of a webhook. */
export interface ListedWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly createdAt: Date;
  readonly lastDeliveryAt: Date | null;
  readonly failing: boolean;
  readonly switchedOffAt: Date | null;
}

interface ListedRow {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly created_at: string;
  readonly last_delivery_at: string | null;
  readonly failing: boolean;
  readonly switched_off_at: string | null;
}

const LISTED = `id, url, events, created_at, last_delivery_at, switched_off_at,
  failing_since is not null or switched_off_at is not null as failing`;
const LIST = `select ${LISTED} from webhooks where realm_id = $1 order by id`;

/** Oldest first. */
export async function listWebhooks(sql: SqlExecutor, realm: Realm): Promise<ListedWebhook[]> {
  return (await sql.query<ListedRow>(LIST, [realm.id])).map(fromRow);
}

export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly sealedSecret: Buffer;
  readonly createdAt: Date;
}

const INSERT = `insert into webhooks (realm_id, id, url, events, sealed_secret, created_at)
  select $1, $2, $3, $4, $5, $6
  where (select count(*) from webhooks where realm_id = $1) < $7 returning ${LISTED}`;

/** Undefined when the realm has as many as it may have. */
export async function insertWebhook(
  sql: SqlExecutor,
  realm: Realm,
  { id, url, events, sealedSecret, createdAt }: NewWebhook,
  most: number,
): Promise<ListedWebhook | undefined> {
  const values = [realm.id, id, url, events, sealedSecret, createdAt, most];
  const [row] = await sql.query<ListedRow>(INSERT, values);
  return row && fromRow(row);
}

const CHANGE = `update webhooks set url = $3, events = $4,
    failing_since = null, failed_at = null, switched_off_at = null
  where realm_id = $1 and id = $2 returning ${LISTED}`;

/** Switches it on again, too. Undefined when there is none of this id. */
export async function changeWebhook(
  sql: SqlExecutor,
  realm: Realm,
  { id, url, events }: Pick<NewWebhook, 'id' | 'url' | 'events'>,
): Promise<ListedWebhook | undefined> {
  const [row] = await sql.query<ListedRow>(CHANGE, [realm.id, id, url, events]);
  return row && fromRow(row);
}

const ROTATE = `update webhooks set sealed_previous_secret = sealed_secret,
    previous_secret_until = $4, sealed_secret = $3
  where realm_id = $1 and id = $2 returning ${LISTED}`;

/** The secret that it has signs until then, too. Undefined when there is none of this id. */
export async function rotateSecret(
  sql: SqlExecutor,
  realm: Realm,
  { id, sealedSecret }: Pick<NewWebhook, 'id' | 'sealedSecret'>,
  previousUntil: Date,
): Promise<ListedWebhook | undefined> {
  const [row] = await sql.query<ListedRow>(ROTATE, [realm.id, id, sealedSecret, previousUntil]);
  return row && fromRow(row);
}

const DELETE = 'delete from webhooks where realm_id = $1 and id = $2 returning id';

/** False when there is none of this id. */
export async function deleteWebhookRow(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<boolean> {
  return (await sql.query(DELETE, [realm.id, id])).length > 0;
}

function fromRow(row: ListedRow): ListedWebhook {
  const { id, url, events, failing } = row;
  return {
    id,
    url,
    events,
    createdAt: new Date(row.created_at),
    lastDeliveryAt: timeOf(row.last_delivery_at),
    failing,
    switchedOffAt: timeOf(row.switched_off_at),
  };
}

function timeOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
