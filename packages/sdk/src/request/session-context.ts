import { GraphQLError } from 'graphql';
import type { Session } from '../token/session.js';
import { TokenError } from '../token/token-error.js';
import { challengeOf } from './challenge.js';
import type { RequestHeaders } from './request-token.js';
import type { RequestVerifierOptions } from './verifier-options.js';
import { createRequestVerifier } from './verify-request.js';

/** What the plugin puts on an Apollo Server's context. */
export interface SessionContext {
  /**
   * The request's session; null when it is anonymous. Reading it throws UNAUTHENTICATED when the
   * request's token is not valid.
   */
  session: Session | null;
  /** The request's session; throws UNAUTHENTICATED when there is none. */
  requireSession(): Session;
}

/**
 * The part of Apollo Server's plugin interface that this needs; the sdk brings no Apollo Server of
 * its own.
 */
interface SessionPlugin {
  requestDidStart(): Promise<SessionListener>;
}

interface SessionListener {
  didResolveOperation(request: GraphQLRequest): Promise<void>;
}

interface GraphQLHead {
  readonly headers: RequestHeaders;
  readonly method?: string;
}

interface GraphQLRequest {
  readonly contextValue: object;
  readonly request: { readonly http?: GraphQLHead | undefined };
}

/**
 * An Apollo Server plugin: each request's session is on the context as `session`. It is verified
 * once, when the operation has been parsed and validated. A bad token fails the fields that ask for
 * the session, and no others, so that a client whose token has expired can still refresh it.
 *
 * @example
 * ```ts
 * import { ApolloServer } from '@apollo/server';
 * import { type SessionContext, sessionContext } from '@authgraph/sdk';
 *
 * const issuer = 'https://auth.example.com';
 * export const server = new ApolloServer<SessionContext>({
 *   typeDefs: 'type Query { me: ID }',
 *   resolvers: { Query: { me: (_, _args, { session }) => session?.userId } },
 *   plugins: [sessionContext({ issuer, audience: issuer })],
 * });
 * ```
 */
export function sessionContext(options: RequestVerifierOptions): SessionPlugin {
  const verifyRequest = createRequestVerifier(options);
  const listener: SessionListener = {
    didResolveOperation: async ({ contextValue, request }) => {
      try {
        const { http } = request;
        offerSession(contextValue, http ? await verifyRequest(http.headers, http) : null);
      } catch (error) {
        refuseSession(contextValue, asGraphQLError(error));
      }
    },
  };
  return { requestDidStart: async () => listener };
}

function offerSession(contextValue: object, session: Session | null): void {
  const context: SessionContext = Object.assign(contextValue, {
    session,
    requireSession: () => {
      if (context.session === null) throw unauthenticated('Sign in to do this.');
      return context.session;
    },
  });
}

/** Reading the session throws, and so does requiring it, until somebody sets one. */
function refuseSession(contextValue: object, error: GraphQLError): void {
  offerSession(contextValue, null);
  Object.defineProperty(contextValue, 'session', {
    configurable: true,
    enumerable: true,
    get: () => {
      throw error;
    },
    set: (value: Session | null) => {
      Object.defineProperty(contextValue, 'session', { value, writable: true });
    },
  });
}

/** RFC 6750 section 3.1: a token that is presented and not valid answers 401 and says so. */
function asGraphQLError(error: unknown): GraphQLError {
  if (!(error instanceof TokenError)) throw error;
  if (error.code === 'VERIFICATION_UNAVAILABLE') {
    return new GraphQLError(error.message, {
      extensions: { code: 'SERVICE_UNAVAILABLE', http: { status: 503 } },
    });
  }
  if (error.code === 'ORIGIN_NOT_ALLOWED') {
    const extensions = { code: 'FORBIDDEN', reason: error.code, http: { status: 403 } };
    return new GraphQLError(error.message, { extensions });
  }
  const { code: reason, hint } = error;
  const headers = new Map(Object.entries(challengeOf(error)));
  return unauthenticated(error.message, { reason, ...hint, http: { status: 401, headers } });
}

function unauthenticated(message: string, extensions: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', ...extensions } });
}
