import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';
import { PageInfo } from '../../platform/graphql/page-info.js';
import { NotFound } from '../../platform/graphql/problem.js';
import type { JobState, ListedJob } from './listed-job.store.js';

export const JobStateEnum = {
  WAITING: 'WAITING',
  RUNNING: 'RUNNING',
  DONE: 'DONE',
  FAILED: 'FAILED',
} as const satisfies { [Name in JobState]: Name };

registerEnumType(JobStateEnum, {
  name: 'JobState',
  valuesConfig: {
    WAITING: { description: 'It was not begun, or will be tried again.' },
    FAILED: { description: 'It is not tried again by itself: see to its reason, then retryJob.' },
  },
});

@ObjectType({ description: 'Work that is done after the answer, such as sending a mail.' })
export class Job implements ListedJob {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'What kind of work, such as mail.send.' })
  kind!: string;

  @Field(() => JobStateEnum)
  state!: JobState;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => Int, { description: 'How often it was tried again.' })
  retries!: number;

  @Field(() => DateTime, { nullable: true, description: 'Of one that waits: not before.' })
  dueAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last try failed.' })
  reason!: string | null;
}

@ObjectType()
export class JobEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Job)
  node!: Job;
}

@ObjectType()
export class JobConnection {
  @Field(() => [JobEdge])
  edges!: JobEdge[];

  @Field(() => [Job])
  nodes!: readonly Job[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class JobSentAgain {
  @Field(() => Job)
  job!: Job;
}

export const RetryJobResult = createUnionType({
  name: 'RetryJobResult',
  types: () => [JobSentAgain, NotFound] as const,
});
