import type { EventListener } from '../../platform/events/events.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import { type Announcement, announcementOf } from './announcement.policy.js';
import { subscribersOf } from './delivery.store.js';

/** An announcement on its way to one webhook. */
export interface Delivery extends Announcement {
  readonly webhookId: string;
  /** The event's, which the audit log has: receivers tell repetitions by it. */
  readonly messageId: string;
}

export const DELIVER = jobType<Delivery>('webhooks.deliver', 'Tells a webhook what happened', {
  longestSeconds: 30,
});

/** Sends a job for each webhook that is told of an event, with the flow that it is about. */
export function announce(jobs: Jobs): EventListener {
  return async (sql, event) => {
    const announcement = announcementOf(event);
    if (announcement === undefined) return;
    const { realm, id: messageId } = event;
    for (const webhookId of await subscribersOf(sql, realm, announcement.type)) {
      await jobs.send(sql, realm, DELIVER, { ...announcement, webhookId, messageId });
    }
  };
}
