import { feature } from '../../platform/feature.js';
import { jobHandler } from '../../platform/jobs/workers.js';
import { announce, DELIVER } from './announce.js';
import { Deliver } from './deliver.js';
import { postBy } from './post.js';
import { SEAL_PURPOSE, SEALED_SECRETS } from './sealed-secret.js';
import { TestWebhook } from './test-webhook.js';
import { StoredWebhook } from './webhook.entity.js';
import { WEBHOOK_PROBLEMS } from './webhook-errors.js';
import { WEBHOOK_EVENTS } from './webhook-events.js';
import { WEBHOOK_SETTINGS } from './webhook-settings.js';
import { Webhooks } from './webhooks.js';
import { WebhooksResolver } from './webhooks.resolver.js';

export type { ListedWebhook } from './webhook.store.js';

/** Servers of others that are told what happens (https://www.standardwebhooks.com). */
export const webhooks = feature({
  name: 'webhooks',
  settings: WEBHOOK_SETTINGS,
  entities: [StoredWebhook],
  sealed: SEALED_SECRETS,
  resolvers: [WebhooksResolver],
  problems: WEBHOOK_PROBLEMS,
  events: WEBHOOK_EVENTS,
  create(platform) {
    const { database, clock, newId, randomness, events, errors, jobs, secrets } = platform;
    const privateAddresses = WEBHOOK_SETTINGS.of(platform).webhookPrivateAddresses === 'allow';
    const httpsOnly = platform.process.production && !privateAddresses;
    const rules = { httpsOnly, privateAddresses };
    const seal = secrets.seal(SEAL_PURPOSE);
    const own = new Webhooks({ database, clock, newId, randomness, events, seal, rules });
    const deliver = new Deliver({ database, clock, events, seal, post: postBy(rules) });
    events.on(announce(jobs));
    return {
      parts: { webhooks: own, test: new TestWebhook({ database, clock, newId, deliver }) },
      resolvers: [new WebhooksResolver(errors, own)],
      jobs: [jobHandler(DELIVER, (delivery, job) => deliver.run(delivery, job))],
    };
  },
});
