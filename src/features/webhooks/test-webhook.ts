import { AuthError } from '../../kernel/auth-error.js';
import type { Clock } from '../../kernel/clock.js';
import { isId, type NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Deliver } from './deliver.js';
import { isTaken } from './delivery.policy.js';
import { findReceiver } from './delivery.store.js';

export interface TestWebhookDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly deliver: Deliver;
}

export interface TestedWebhook {
  readonly delivered: boolean;
  /** The HTTP status of the answer; null when there was none. */
  readonly status: number | null;
  readonly reason: string;
}

/** Sends `webhook.test` to a webhook at once, once, whatever it is told of otherwise. */
export class TestWebhook {
  readonly #deps: TestWebhookDeps;

  constructor(deps: TestWebhookDeps) {
    this.#deps = deps;
  }

  /** Rejects with NOT_FOUND. */
  async run(realm: Realm, id: string): Promise<TestedWebhook> {
    const { database, clock, newId, deliver } = this.#deps;
    const receiver = isId(id) && (await findReceiver(database, realm, id, clock.now()));
    if (!receiver) throw new AuthError('NOT_FOUND', 'There is no such webhook.');
    const { status = null, reason } = await deliver.test(realm, receiver, newId());
    return { delivered: isTaken(status ?? 0), status, reason };
  }
}
