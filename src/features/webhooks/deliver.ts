import { schedule } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import type { Database } from '../../platform/database/database.js';
import { safeReason } from '../../platform/database/database-failure.js';
import type { Events } from '../../platform/events/events.js';
import { JobRefused, type JobRun } from '../../platform/jobs/workers.js';
import { DELIVER, type Delivery } from './announce.js';
import { givesUp, isResting, isTaken } from './delivery.policy.js';
import {
  findReceiver,
  noteDelivery,
  noteFailure,
  type Receiver,
  switchOff,
} from './delivery.store.js';
import type { Post } from './post.js';
import { sealContext } from './sealed-secret.js';
import { signedHeaders } from './signature.js';
import { WEBHOOK_SWITCHED_OFF } from './webhook-events.js';
import { WEBHOOK_SETTINGS } from './webhook-settings.js';

export interface DeliverDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly seal: Seal;
  readonly post: Post;
}

/** How a receiver answered. */
interface Outcome {
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly reason: string;
}

/** Tells receivers what happened, at least once. */
export class Deliver {
  readonly #deps: DeliverDeps;

  constructor(deps: DeliverDeps) {
    this.#deps = deps;
  }

  /** The job. What rejects is tried again, unless the webhook is switched off. */
  async run(delivery: Delivery, { realm, signal }: JobRun): Promise<void> {
    const { database, clock } = this.#deps;
    const receiver = await findReceiver(database, realm, delivery.webhookId, clock.now());
    if (receiver === undefined) return; // deleted meanwhile
    if (receiver.isSwitchedOff) throw new JobRefused('its webhook is switched off');
    if (isResting(receiver, clock.now())) throw new Error('its webhook failed a moment ago');
    const outcome = await this.#send(realm, receiver, delivery, signal);
    if (isTaken(outcome.status ?? 0)) {
      await noteDelivery(database, realm, receiver.id, clock.now());
    } else if (signal.aborted) {
      throw new Error('the node stops'); // which says nothing about the receiver
    } else {
      await this.#failed(realm, receiver.id, outcome);
    }
  }

  /** Sends one message at once, once; for somebody who wants to see whether it arrives. */
  async test(realm: Realm, receiver: Receiver, messageId: string): Promise<Outcome> {
    const timestamp = this.#deps.clock.now().toISOString();
    const message = { type: 'webhook.test', timestamp, data: { realm: realm.id } } as const;
    return this.#send(realm, receiver, { ...message, webhookId: receiver.id, messageId });
  }

  async #send(
    realm: Realm,
    { url, sealedSecrets }: Receiver,
    { messageId: id, webhookId, type, timestamp: happenedAt, data }: Delivery,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    const { clock, seal, post } = this.#deps;
    const body = JSON.stringify({ type, timestamp: happenedAt, data });
    const secrets = sealedSecrets.map((box) => seal.open(box, sealContext(realm.id, webhookId)));
    const timestamp = Math.floor(clock.now().getTime() / 1_000);
    const headers = signedHeaders(secrets, { id, timestamp, body });
    try {
      const status = await post(url, { headers, body }, signal);
      return { status, reason: `it answered ${status}` };
    } catch (error) {
      return { status: undefined, reason: safeReason(error) };
    }
  }

  async #failed(realm: Realm, id: string, { status, reason }: Outcome): Promise<never> {
    const { database, clock, events } = this.#deps;
    const now = clock.now();
    const { webhookGiveUp } = WEBHOOK_SETTINGS.of(realm);
    const since = (await noteFailure(database, realm, id, now)) ?? now;
    if (!givesUp(status, since, now, webhookGiveUp)) throw new Error(reason);
    await database.transaction(async (sql) => {
      if (!(await switchOff(sql, realm, id, now))) return;
      const details = { webhookId: id, reason };
      await events.emit(sql, realm, WEBHOOK_SWITCHED_OFF, {
        caller: schedule(DELIVER.name),
        details,
      });
    });
    throw new JobRefused(`its webhook is switched off: ${reason}`);
  }
}
