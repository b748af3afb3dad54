import type {
  ApolloServerPlugin,
  GraphQLRequestContextDidEncounterErrors,
  GraphQLRequestContextDidResolveOperation,
  GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import type { RequestContext } from './context.js';

type Pending = void | Promise<void>;

/** What happens at these points of every request to the graph; named as Apollo's plugins are. */
export interface RequestListener {
  /** The document is parsed and valid. What is thrown here is the answer. */
  didResolveOperation?(request: GraphQLRequestContextDidResolveOperation<RequestContext>): Pending;
  didEncounterErrors?(request: GraphQLRequestContextDidEncounterErrors<RequestContext>): void;
  willSendResponse?(request: GraphQLRequestContextWillSendResponse<RequestContext>): void;
}

/**
 * All of them as one plugin, one after the other: Apollo Server waits several times in a request
 * for each plugin, whatever that listens to, which costs more than what ours do there.
 */
export function onePlugin(
  listeners: readonly RequestListener[],
): ApolloServerPlugin<RequestContext> {
  const all = {
    async didResolveOperation(request: GraphQLRequestContextDidResolveOperation<RequestContext>) {
      for (const each of listeners) {
        const pending = each.didResolveOperation?.(request);
        if (pending !== undefined) await pending;
      }
    },
    async didEncounterErrors(request: GraphQLRequestContextDidEncounterErrors<RequestContext>) {
      for (const each of listeners) each.didEncounterErrors?.(request);
    },
    async willSendResponse(request: GraphQLRequestContextWillSendResponse<RequestContext>) {
      for (const each of listeners) each.willSendResponse?.(request);
    },
  };
  return { requestDidStart: async () => all };
}
