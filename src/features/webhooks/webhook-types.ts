import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';
import { NotFound } from '../../platform/graphql/problem.js';
import type { ListedWebhook } from './webhook.store.js';
import { InvalidWebhook } from './webhook-errors.js';

@ObjectType({ description: 'A server that is told what happens.' })
export class Webhook implements ListedWebhook {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  url!: string;

  @Field(() => [String], { description: 'What it is told of, such as user.created.' })
  events!: readonly string[];

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it last took something.' })
  lastDeliveryAt!: Date | null;

  @Field(() => Boolean, {
    description: 'Nothing has got through since the last failure, or it is switched off.',
  })
  failing!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'It is told nothing from then on, until it is saved again.',
  })
  switchedOffAt!: Date | null;
}

@InputType()
export class SaveWebhookInput {
  @Field(() => ID, { nullable: true, description: 'A new one is made without it.' })
  id?: string | null;

  @Field(() => String)
  url!: string;

  @Field(() => [String], { description: 'Such as user.created; docs/webhooks.md has all.' })
  events!: string[];
}

@ObjectType()
export class WebhookSaved {
  @Field(() => Webhook)
  webhook!: Webhook;

  @Field(() => String, {
    nullable: true,
    description: 'By which it verifies signatures (Standard Webhooks). Shown this once.',
  })
  secret!: string | null;
}

@ObjectType()
export class WebhookDeleted {
  @Field(() => ID)
  id!: string;
}

export const SaveWebhookResult = createUnionType({
  name: 'SaveWebhookResult',
  types: () => [WebhookSaved, InvalidWebhook, NotFound] as const,
});

export const RotateWebhookSecretResult = createUnionType({
  name: 'RotateWebhookSecretResult',
  types: () => [WebhookSaved, NotFound] as const,
});

export const DeleteWebhookResult = createUnionType({
  name: 'DeleteWebhookResult',
  types: () => [WebhookDeleted, NotFound] as const,
});
