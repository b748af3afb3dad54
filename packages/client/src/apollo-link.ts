import { ApolloLink, Observable, ServerError } from '@apollo/client';
import type { AuthClient } from './auth-client.js';
import { type FailedAnswer, failureOfAnswer, failureOfText } from './auth-failure.js';
import type { AuthSession } from './session.js';
import { isAddress } from './trusted-address.js';

/**
 * An answer that says UNAUTHENTICATED, kept back until it is clear whether a renewed session gets a
 * better one.
 */
interface Held {
  readonly failed: FailedAnswer;
  readonly result: ApolloLink.Result;
}

/**
 * An Apollo Client link that attaches the session, renews it together with all other calls of
 * `client`, and then sends the operation once more. It stands before the HttpLink:
 * `ApolloLink.from([authLink(client), new HttpLink({ uri })])`.
 *
 * @example
 * ```ts
 * import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
 * import { createAuthClient } from '@authgraph/client';
 * import { authLink } from '@authgraph/client/apollo';
 *
 * const auth = createAuthClient({ url: 'https://auth.example.com/graphql' });
 * export const apollo = new ApolloClient({
 *   cache: new InMemoryCache(),
 *   link: ApolloLink.from([authLink(auth), new HttpLink({ uri: auth.url })]),
 * });
 * ```
 */
export function authLink(client: AuthClient): ApolloLink {
  const { keeper } = client;

  return new ApolloLink((operation, forward) => {
    return new Observable<ApolloLink.Result>((observer) => {
      let running: { unsubscribe(): void } | undefined;
      let stopped = false;

      const attempt = async (session: AuthSession | null, isRetry: boolean): Promise<void> => {
        await attach(operation, session, client);
        if (stopped) return;
        let held: Held | undefined;
        const release = () => {
          if (held !== undefined) observer.next(held.result);
          held = undefined;
        };
        /** `giveUp` hands over what was answered. */
        const onFailure = async ({ failure, isPartial }: FailedAnswer, giveUp: () => void) => {
          if (isRetry) {
            if (session !== null)
              await keeper.stillFailing(
                session,
                failure,
                isAddress(answeredFrom(operation), client.url),
              );
            return giveUp();
          }
          const renewed = await keeper.recover(session, failure);
          if (renewed === null || (isPartial && operation.operationType === 'mutation')) giveUp();
          else await attempt(renewed, true);
        };
        running = forward(operation).subscribe({
          next: (result) => {
            const failed = failureOfResult(operation, result);
            release();
            if (failed !== undefined) held = { failed, result };
            else observer.next(result);
          },
          error: (error: unknown) => {
            release();
            const failed =
              ServerError.is(error) &&
              error.statusCode === 401 &&
              failureOfText(401, error.bodyText);
            if (!failed) return observer.error(error);
            onFailure(failed, () => observer.error(error)).catch((cause: unknown) =>
              observer.error(cause),
            );
          },
          complete: () => {
            const giveUp = () => {
              release();
              observer.complete();
            };
            if (held === undefined) return giveUp();
            const { failed } = held;
            onFailure(failed, giveUp).catch((cause: unknown) =>
              failed.failure === 'REFUSED' ? observer.error(cause) : giveUp(),
            );
          },
        });
      };

      keeper.usable().then(
        (session) => attempt(session, false),
        (error: unknown) => observer.error(error),
      );
      return () => {
        stopped = true;
        running?.unsubscribe();
      };
    });
  });
}

/** What goes with an operation to show whose it is. */
async function attach(
  operation: ApolloLink.Operation,
  session: AuthSession | null,
  { cookies, prover, url }: AuthClient,
): Promise<void> {
  const accessToken = session?.tokens?.accessToken;
  const bound = session?.bound ?? cookies;
  const { uri } = operation.getContext();
  const target = { url: typeof uri === 'string' ? uri : url, method: 'POST', accessToken };
  const dpop = bound ? await prover.proofFor(target) : undefined;
  operation.setContext(({ headers }) => ({
    headers: {
      ...headers,
      ...(accessToken && { authorization: `${bound ? 'DPoP' : 'Bearer'} ${accessToken}` }),
      ...(dpop && { dpop }),
    },
    ...(cookies ? { credentials: 'include' } : {}),
  }));
}

/**
 * HttpLink hands over a 401 with a GraphQL body as a result; a subscription's results are never
 * kept back.
 */
function failureOfResult(
  operation: ApolloLink.Operation,
  result: ApolloLink.Result,
): FailedAnswer | undefined {
  if (operation.operationType === 'subscription') return undefined;
  return failureOfAnswer(operation.getContext().response?.status, result);
}

function answeredFrom(operation: ApolloLink.Operation): string {
  return operation.getContext().response?.url ?? '';
}
