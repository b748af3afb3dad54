import { Authenticated, RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import { JSONValue } from '../../platform/graphql/json.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { UserUpdated } from '../users/index.js';
import { UpdateMetadataResult, UpdateUserMetadataInput } from './metadata-types.js';
import type { UpdateMetadata } from './update-metadata.js';

@Resolver()
export class MetadataResolver {
  readonly #errors: ErrorTable;
  readonly #update: UpdateMetadata;

  constructor(errors: ErrorTable, update: UpdateMetadata) {
    this.#errors = errors;
    this.#update = update;
  }

  @Mutation(() => UpdateMetadataResult, {
    description: `Changes the caller's public metadata by a JSON merge patch (RFC 7396): null
removes a key. Keys that tokens carry only administrators change.`,
  })
  @Authenticated()
  updateMyMetadata(
    @Arg('patch', () => JSONValue) patch: unknown,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    const { realm, session } = context;
    return this.#errors.orProblem(async () => {
      const userId = session?.userId ?? ''; // the directive lets nobody else through
      const id = await this.#update.own(realm, userId, patch, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id } });
    });
  }

  @Mutation(() => UpdateMetadataResult)
  @RequiresScopes([['users:write']])
  updateUserMetadata(
    @Arg('input', () => UpdateUserMetadataInput) input: UpdateUserMetadataInput,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    return this.#errors.orProblem(async () => {
      const { userId, ...patches } = input;
      const id = await this.#update.run(context.realm, userId, patches, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id } });
    });
  }
}
