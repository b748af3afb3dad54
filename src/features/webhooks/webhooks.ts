import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import { isId, type NewId } from '../../kernel/ids.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { sealContext } from './sealed-secret.js';
import { newSecret } from './signature.js';
import { type ReceiverRules, webhookProblem } from './webhook.policy.js';
import {
  changeWebhook,
  deleteWebhookRow,
  insertWebhook,
  type ListedWebhook,
  listWebhooks,
  rotateSecret,
} from './webhook.store.js';
import { WEBHOOK_DELETED, WEBHOOK_SAVED, WEBHOOK_SECRET_ROTATED } from './webhook-events.js';
import { WEBHOOK_SETTINGS } from './webhook-settings.js';

/** Each of them costs a job with each event. */
const MOST = 20;

export interface WebhooksDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly randomness: Randomness;
  readonly events: Events;
  readonly seal: Seal;
  readonly rules: ReceiverRules;
}

export interface WebhookInput {
  /** Of the one that is changed; a new one is made without it. */
  readonly id?: string | null;
  readonly url: string;
  readonly events: readonly string[];
}

export interface SavedWebhook {
  readonly webhook: ListedWebhook;
  /** Shown this once; null when it stays the one that it was. */
  readonly secret: string | null;
}

/** A realm's webhooks, as administrators look after them. */
export class Webhooks {
  readonly #deps: WebhooksDeps;

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
  }

  list(realm: Realm): Promise<ListedWebhook[]> {
    return listWebhooks(this.#deps.database, realm);
  }

  /**
   * Makes a webhook, or changes one and switches it on again. Rejects with INVALID_WEBHOOK or
   * NOT_FOUND.
   */
  async save(realm: Realm, input: WebhookInput, caller: Caller): Promise<SavedWebhook> {
    const { database, events: told, rules } = this.#deps;
    const problem = webhookProblem(input, rules);
    if (problem !== undefined) throw new AuthError('INVALID_WEBHOOK', problem);
    const { href: url, host } = new URL(input.url);
    const wanted = { url, events: [...new Set(input.events)] };
    return database.transaction(async (sql) => {
      const saved =
        input.id == null
          ? await this.#add(sql, realm, wanted)
          : await this.#change(sql, realm, { ...wanted, id: input.id });
      const details = { webhookId: saved.webhook.id, host, events: wanted.events };
      await told.emit(sql, realm, WEBHOOK_SAVED, { caller, details });
      return saved;
    });
  }

  /** Gives it another secret; the former one signs as well for a while. Rejects with NOT_FOUND. */
  async rotateSecret(realm: Realm, id: string, caller: Caller): Promise<SavedWebhook> {
    const { database, clock, events } = this.#deps;
    const { webhookSecretOverlap } = WEBHOOK_SETTINGS.of(realm);
    const until = addSeconds(clock.now(), webhookSecretOverlap);
    return database.transaction(async (sql) => {
      const { secret, sealedSecret } = this.#makeSecret(realm, id);
      const rotated = isId(id) && (await rotateSecret(sql, realm, { id, sealedSecret }, until));
      const webhook = found(rotated || undefined);
      const details = { webhookId: webhook.id };
      await events.emit(sql, realm, WEBHOOK_SECRET_ROTATED, { caller, details });
      return { webhook, secret };
    });
  }

  /** What it has not been told yet, it never is. Rejects with NOT_FOUND. */
  async delete(realm: Realm, id: string, caller: Caller): Promise<void> {
    const { database, events } = this.#deps;
    await database.transaction(async (sql) => {
      if (!isId(id) || !(await deleteWebhookRow(sql, realm, id))) throw notFound();
      await events.emit(sql, realm, WEBHOOK_DELETED, { caller, details: { webhookId: id } });
    });
  }

  async #add(
    sql: SqlExecutor,
    realm: Realm,
    wanted: Pick<WebhookInput, 'url' | 'events'>,
  ): Promise<SavedWebhook> {
    const { clock, newId } = this.#deps;
    const id = newId();
    const { secret, sealedSecret } = this.#makeSecret(realm, id);
    const row = { ...wanted, id, sealedSecret, createdAt: clock.now() };
    const webhook = await insertWebhook(sql, realm, row, MOST);
    if (webhook !== undefined) return { webhook, secret };
    throw new AuthError('INVALID_WEBHOOK', `A realm has at most ${MOST} webhooks.`);
  }

  async #change(
    sql: SqlExecutor,
    realm: Realm,
    wanted: { readonly id: string; readonly url: string; readonly events: readonly string[] },
  ): Promise<SavedWebhook> {
    const changed = isId(wanted.id) ? await changeWebhook(sql, realm, wanted) : undefined;
    return { webhook: found(changed), secret: null };
  }

  #makeSecret(realm: Realm, id: string): { secret: string; sealedSecret: Buffer } {
    const { randomness, seal } = this.#deps;
    const secret = newSecret(randomness);
    return { secret, sealedSecret: seal.seal(secret, sealContext(realm.id, id)) };
  }
}

function found(webhook: ListedWebhook | undefined): ListedWebhook {
  if (webhook === undefined) throw notFound();
  return webhook;
}

function notFound(): AuthError<'NOT_FOUND'> {
  return new AuthError('NOT_FOUND', 'There is no such webhook.');
}
