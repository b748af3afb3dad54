import type { AuthErrorCode } from '../kernel/auth-error.js';
import type { StoredEntity } from './database/database-options.js';
import type { Answers } from './errors/answers.js';
import type { EventType } from './events/events.js';
import type { EntityReferences } from './graphql/entity-references.js';
import type { RequestListener } from './graphql/request-listener.js';
import type { RealmRoute } from './http/realm-route.js';
import type { RequestCheck } from './http/request-facts.js';
import type { JobHandler } from './jobs/workers.js';
import type { MailType } from './mail/mail-type.js';
import type { Platform } from './platform.js';
import type { SealedColumn } from './seals/sealed-column.js';
import type { Settings } from './settings/settings.js';

/** A class with type-graphql's decorators. */
export type ResolverClass = new (...parameters: never[]) => object;

/**
 * One capability, and all that it brings. What it is (settings, entities, resolvers, problems) is
 * known without a database; `create` builds what it does, with the parts of other features.
 */
export interface Feature<Parts = unknown, Codes extends AuthErrorCode = never> {
  readonly name: string;
  readonly settings?: Settings;
  readonly entities?: readonly StoredEntity[];
  readonly resolvers?: readonly ResolverClass[];
  /** What it stores sealed: `authgraph secrets reseal` goes through it. */
  readonly sealed?: readonly SealedColumn[];
  /** How its failures are shown, by code. */
  readonly problems?: Answers<Codes>;
  /** What it tells of; webhooks and the audit log name them. */
  readonly events?: readonly EventType[];
  /** The mails that it sends. */
  readonly mails?: readonly MailType[];
  create(platform: Platform, use: Use): Built<Parts>;
}

/**
 * Hands over what another feature made. Throws when that one is not in the list, or comes later.
 */
export type Use = <Parts>(feature: Feature<Parts>) => Parts;

/** What a feature made of itself for one process. */
export interface Built<Parts> {
  /** What other features, commands and interfaces may use. */
  readonly parts: Parts;
  /** An instance of each class in `resolvers`. */
  readonly resolvers?: readonly object[];
  /** How `_entities` finds the entities that the feature owns. */
  readonly references?: EntityReferences;
  /** What it does in each request to the graph. */
  readonly listeners?: readonly RequestListener[];
  /** Asked before the operation of each request to the graph is looked at. */
  readonly checks?: readonly RequestCheck[];
  readonly routes?: readonly RealmRoute[];
  /** How its jobs are done. */
  readonly jobs?: readonly JobHandler[];
  /**
   * Gets ready to serve, once the database has its tables. Called again after a second when it
   * rejects, or resolves to what is in the way.
   */
  readonly start?: () => Promise<string | undefined>;
  /** The node is about to stop: no new work, answers that never end are ended. */
  readonly closing?: () => void;
  readonly stop?: () => void | PromiseLike<void>;
}

export function feature<Parts, Codes extends AuthErrorCode = never>(
  definition: Feature<Parts, Codes>,
): Feature<Parts, Codes> {
  return definition;
}
