import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import { isId } from '../../kernel/ids.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { connectionOf, PageArgs, parsePage } from '../../platform/graphql/connection.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type AuditFilter, pageOfAuditEvents } from './audit-event.store.js';
import { AuditEventConnection, AuditFilterInput } from './audit-types.js';

@Resolver()
export class AuditResolver {
  readonly #sql: SqlExecutor;

  constructor(sql: SqlExecutor) {
    this.#sql = sql;
  }

  @Query(() => AuditEventConnection, { description: 'Newest first.' })
  @RequiresScopes([['audit:read']])
  async auditEvents(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => AuditFilterInput, { nullable: true }) input: AuditFilterInput | null,
    @Ctx() { realm }: RequestContext,
  ): Promise<AuditEventConnection> {
    const page = parsePage(args);
    return connectionOf(await pageOfAuditEvents(this.#sql, realm, filterOf(input), page), page);
  }
}

/** Reads what a caller asks for. Rejects with BAD_USER_INPUT. */
export function filterOf(input: AuditFilterInput | null): AuditFilter {
  const { userId, type, since, until } = input ?? {};
  if (userId != null && !isId(userId))
    throw new AuthError('BAD_USER_INPUT', 'No user has this id.');
  if (type != null && !/^[a-z_]+\.[a-z_]+$/.test(type)) {
    throw new AuthError('BAD_USER_INPUT', 'No event has this type.');
  }
  return {
    userId: userId ?? undefined,
    type: type ?? undefined,
    since: since ?? undefined,
    until: until ?? undefined,
  };
}
