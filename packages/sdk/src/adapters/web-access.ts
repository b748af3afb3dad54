import type { Access, SessionFor, SessionNeed } from '../access/decide-access.js';
import { type Denial, denialOf } from '../access/denial.js';

/** What a handler needs of a request: web `Request` and what extends it. */
export interface WebRequest {
  readonly method: string;
  readonly headers: Headers;
}

export interface WebAuthgraph {
  /**
   * Wraps a handler of web Requests: the session is its second argument, before whatever the
   * platform hands over (`env`, `context`), and a request that may not go on is answered 401, 403
   * or 503.
   */
  verifySession<const Need extends SessionNeed = { readonly required: true }>(
    need?: Need,
  ): WrapHandler<Need>;
  /** Answers a browser's preflight for handlers that are called for one method only. */
  readonly preflight: (request: WebRequest) => Response;
}

/** A handler that does not say which requests it takes gets web Requests. */
export type WrapHandler<Need extends SessionNeed> = <
  Taken extends WebRequest = Request,
  Rest extends unknown[] = [],
>(
  handler: (
    request: Taken,
    session: SessionFor<Need>,
    ...rest: Rest
  ) => Response | Promise<Response>,
) => (request: Taken, ...rest: Rest) => Promise<Response>;

/** Around decisions that an adapter makes: handlers of web Requests, and what goes with them. */
export function webAuthgraph(access: Access): WebAuthgraph {
  const corsHeaders = (request: WebRequest) => access.corsHeaders(request.headers.get('origin'));
  const preflight = (request: WebRequest) =>
    new Response(null, { status: 204, headers: corsHeaders(request) });
  return {
    preflight,
    verifySession:
      (need) =>
      (handler) =>
      async (request, ...rest) => {
        if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method'))
          return preflight(request);
        const { session, denial } = await access.decide(request, need);
        // `decide` gives null only where the need allows it, which is what SessionFor says.
        const answer = () =>
          handler(request, session as SessionFor<NonNullable<typeof need>>, ...rest);
        const response = denial === undefined ? await orDenial(answer) : denialResponse(denial);
        return withHeaders(response, corsHeaders(request));
      },
  };
}

/** The answer that a denial stands for. */
export function denialResponse({ status, headers, body }: Denial): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

/** Errors of authgraph that a handler throws are answers too. */
async function orDenial(answer: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const denial = denialOf(error);
    if (denial === undefined) throw error;
    return denialResponse(denial);
  }
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  const entries = Object.entries(headers);
  if (entries.length === 0) return response;
  // a response that was fetched has immutable headers
  const copy = new Response(response.body, response);
  for (const [name, value] of entries) {
    if (name === 'vary') copy.headers.append(name, value);
    else copy.headers.set(name, value);
  }
  return copy;
}
