import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import {
  DeleteWebhookResult,
  RotateWebhookSecretResult,
  SaveWebhookInput,
  SaveWebhookResult,
  Webhook,
  WebhookDeleted,
  WebhookSaved,
} from './webhook-types.js';
import type { Webhooks } from './webhooks.js';

@Resolver()
export class WebhooksResolver {
  readonly #errors: ErrorTable;
  readonly #webhooks: Webhooks;

  constructor(errors: ErrorTable, webhooks: Webhooks) {
    this.#errors = errors;
    this.#webhooks = webhooks;
  }

  @Query(() => [Webhook], { description: 'Oldest first.' })
  @RequiresScopes([['webhooks:write']])
  webhooks(@Ctx() { realm }: RequestContext): Promise<Webhook[]> {
    return this.#webhooks.list(realm);
  }

  @Mutation(() => SaveWebhookResult, {
    description: 'Makes a webhook, or changes one and switches it on again.',
  })
  @RequiresScopes([['webhooks:write']])
  saveWebhook(
    @Arg('input', () => SaveWebhookInput) input: SaveWebhookInput,
    @Ctx() context: RequestContext,
  ): Promise<WebhookSaved | Problem> {
    return this.#errors.orProblem(async () => {
      const saved = await this.#webhooks.save(context.realm, input, callerOf(context));
      return Object.assign(new WebhookSaved(), saved);
    });
  }

  @Mutation(() => RotateWebhookSecretResult, {
    description: 'Gives a webhook another secret; the former one signs as well for a while.',
  })
  @RequiresScopes([['webhooks:write']])
  rotateWebhookSecret(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<WebhookSaved | Problem> {
    return this.#errors.orProblem(async () => {
      const saved = await this.#webhooks.rotateSecret(context.realm, id, callerOf(context));
      return Object.assign(new WebhookSaved(), saved);
    });
  }

  @Mutation(() => DeleteWebhookResult)
  @RequiresScopes([['webhooks:write']])
  deleteWebhook(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<WebhookDeleted | Problem> {
    return this.#errors.orProblem(async () => {
      await this.#webhooks.delete(context.realm, id, callerOf(context));
      return Object.assign(new WebhookDeleted(), { id });
    });
  }
}
