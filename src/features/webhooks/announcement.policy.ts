import type { AuthEvent } from '../../platform/events/events.js';

/** What receivers may be told of, and what that means. */
export const ANNOUNCEMENTS = {
  'user.created': 'There is a new user',
  'user.verified': "An address was shown to be its user's",
  'user.updated': 'What is stored of a user was changed: `changed` says what',
  'user.deleted': 'A user is gone',
  'user.signed_in': 'A user signed in: there is a new session',
  'session.ended': 'Sessions were ended before their time',
  'token.reuse': 'A spent refresh token was used again: it may be stolen; the session is ended',
} as const;

export type AnnouncementType = keyof typeof ANNOUNCEMENTS;

/** How an event is told to receivers. */
interface Telling {
  readonly as: AnnouncementType;
  /** Which of its details are told, too. */
  readonly details?: readonly string[];
  /** What else is said of every event of this kind. */
  readonly also?: object;
}

/** By the name of the event. The SuperTokens interface's sessions have events of their own. */
const TOLD: Readonly<Record<string, Telling>> = {
  'user.created': { as: 'user.created', details: ['method'] },
  'user.verified': { as: 'user.verified' },
  'user.updated': { as: 'user.updated', details: ['changed'] },
  'user.password_changed': { as: 'user.updated', also: { changed: ['password'] } },
  'user.role_granted': { as: 'user.updated', also: { changed: ['roles'] } },
  'user.role_revoked': { as: 'user.updated', also: { changed: ['roles'] } },
  'user.disabled': { as: 'user.updated', also: { changed: ['disabled'] } },
  'user.enabled': { as: 'user.updated', also: { changed: ['disabled'] } },
  'user.deleted': { as: 'user.deleted' },
  'user.signed_in': { as: 'user.signed_in', details: ['amr'] },
  'session.created': { as: 'user.signed_in' },
  'session.ended': { as: 'session.ended', details: ['reason', 'sessionIds'] },
  'session.token_reused': { as: 'token.reuse' },
  'session.lineage_reused': { as: 'token.reuse' },
};

/** The names of the events that are told. */
export const TOLD_EVENTS: readonly string[] = Object.keys(TOLD);

/** What receivers are told: ids, and nothing by which anybody is reached or gets in. */
export interface Announcement {
  readonly type: AnnouncementType | 'webhook.test';
  /** When it happened, as ISO 8601. */
  readonly timestamp: string;
  readonly data: object;
}

/** Undefined for an event that is not told. Pure. */
export function announcementOf(event: AuthEvent): Announcement | undefined {
  const telling = TOLD[event.type.name];
  if (telling === undefined) return undefined;
  const { as: type, details = [], also } = telling;
  const told = Object.entries(event.details).filter(([name]) => details.includes(name));
  const session = event.sessionId === null ? {} : { sessionId: event.sessionId };
  const about = { realm: event.realm.id, userId: event.userId, ...session };
  const data = { ...about, ...Object.fromEntries(told), ...also };
  return { type, timestamp: event.at.toISOString(), data };
}
