import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { connectionOf, PageArgs, parsePage } from '../../platform/graphql/connection.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { JobConnection, JobSentAgain, JobStateEnum, RetryJobResult } from './job-types.js';
import { type JobState, pageOfJobs } from './listed-job.store.js';
import type { RetryJob } from './retry-job.js';

export interface JobsResolverDeps {
  readonly sql: SqlExecutor;
  readonly errors: ErrorTable;
  readonly retry: RetryJob;
}

@Resolver()
export class JobsResolver {
  readonly #deps: JobsResolverDeps;

  constructor(deps: JobsResolverDeps) {
    this.#deps = deps;
  }

  @Query(() => JobConnection, { description: 'Newest first.' })
  @RequiresScopes('jobs:read')
  async jobs(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('state', () => JobStateEnum, { defaultValue: JobStateEnum.FAILED }) state: JobState,
    @Ctx() { realm }: RequestContext,
  ): Promise<JobConnection> {
    const page = parsePage(args);
    return connectionOf(await pageOfJobs(this.#deps.sql, realm, state, page), page);
  }

  @Mutation(() => RetryJobResult, { description: 'Sends a job again that failed for good.' })
  @RequiresScopes('jobs:write')
  retryJob(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<JobSentAgain | Problem> {
    const { errors, retry } = this.#deps;
    return errors.orProblem(async () =>
      Object.assign(new JobSentAgain(), {
        job: await retry.run(context.realm, id, callerOf(context)),
      }),
    );
  }
}
