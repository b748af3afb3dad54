import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorTable } from '../errors/error-table.js';
import type { RequestContext } from '../graphql/context.js';
import { headerProblem } from './header-problem.js';
import type { RealmOf } from './realm-route.js';
import { factsOf, type RequestCheck } from './request-facts.js';

/** A request as the web framework has it to which Apollo Server's own middleware belongs. */
export interface ApolloRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** As the framework knows it behind its proxies; the connection's unless given. */
  readonly ipAddress?: string | undefined;
  /** Whose API is asked; the default one's unless given. */
  readonly realm?: string;
}

/** Apollo Server's `context` function for a request that came by way of its own middleware. */
export type ApolloContext = (request: ApolloRequest) => Promise<RequestContext>;

export interface ApolloContextDeps {
  readonly realmOf: RealmOf;
  readonly checks: readonly RequestCheck[];
  readonly newRequestId: () => string;
  readonly errors: ErrorTable;
}

/** What the route for GraphQL does before Apollo Server has its say. */
export function apolloContext(deps: ApolloContextDeps): ApolloContext {
  const { realmOf, checks, newRequestId, errors } = deps;
  return async ({ req, res, realm: realmId = '', ipAddress }) => {
    try {
      const problem = headerProblem(req);
      if (problem !== undefined) throw problem;
      const realm = await realmOf(realmId);
      for (const check of checks) check(req.headers, realm);
      const address = ipAddress ?? req.socket.remoteAddress ?? null;
      const from = { requestId: newRequestId(), realm, ipAddress: address };
      return factsOf(from, req, res);
    } catch (error) {
      // Apollo answers 500 to anything else.
      throw errors.graphqlError(error) ?? error;
    }
  };
}
