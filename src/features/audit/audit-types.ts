import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';
import { JSONValue } from '../../platform/graphql/json.js';
import { PageInfo } from '../../platform/graphql/page-info.js';
import type { ListedAuditEvent } from './audit-event.store.js';

@InputType('AuditFilter')
export class AuditFilterInput {
  @Field(() => ID, { nullable: true, description: 'Whom it is about.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'Such as user.signed_in.' })
  type?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Not before.' })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before.' })
  until?: Date | null;
}

@ObjectType({ description: 'Something that happened.' })
export class AuditEvent implements ListedAuditEvent {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  type!: string;

  @Field(() => DateTime)
  at!: Date;

  @Field(() => ID, { nullable: true, description: 'The user who acted.' })
  actorId!: string | null;

  @Field(() => ID, { nullable: true, description: 'Whom it is about. They may be gone by now.' })
  userId!: string | null;

  @Field(() => ID, { nullable: true })
  sessionId!: string | null;

  @Field(() => String, { nullable: true })
  ipAddress!: string | null;

  @Field(() => String, { nullable: true })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'What was asked for.' })
  operation!: string | null;

  @Field(() => String, { description: 'How: graphql, supertokens, command-line or schedule.' })
  via!: string;

  @Field(() => JSONValue, { nullable: true })
  details!: object;
}

@ObjectType()
export class AuditEventEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => AuditEvent)
  node!: AuditEvent;
}

@ObjectType()
export class AuditEventConnection {
  @Field(() => [AuditEventEdge])
  edges!: AuditEventEdge[];

  @Field(() => [AuditEvent])
  nodes!: readonly AuditEvent[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
