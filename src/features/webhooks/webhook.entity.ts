import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';

const WebhookSchema = defineEntity({
  name: 'Webhook',
  tableName: 'webhooks',
  properties: {
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    id: p.uuid().primary(),
    url: p.text(),
    /** What it is told of, such as `user.created`. */
    events: p.array().$type<string[]>(),
    /** What signs, under AES-256-GCM; bound to realm and id. */
    sealedSecret: p.blob(),
    /** The one before it, which signs as well for a while. */
    sealedPreviousSecret: p.blob().nullable(),
    previousSecretUntil: p.datetime().nullable(),
    createdAt: p.datetime(),
    lastDeliveryAt: p.datetime().nullable(),
    /** The first failure since the last delivery. */
    failingSince: p.datetime().nullable(),
    /** The last one. */
    failedAt: p.datetime().nullable(),
    switchedOffAt: p.datetime().nullable(),
  },
});

/** A server of somebody's that is told what happens. */
export class StoredWebhook extends WebhookSchema.class {}
WebhookSchema.setClass(StoredWebhook);
