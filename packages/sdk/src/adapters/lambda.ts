import {
  type AuthgraphOptions,
  createAccess,
  type SessionFor,
  type SessionNeed,
} from '../access/decide-access.js';
import { type Denial, denialOf } from '../access/denial.js';

export type * from './public-types.js';

/**
 * What API Gateway (payload 1.0 and 2.0), an Application Load Balancer, a function URL and Netlify
 * have in common.
 */
export interface HttpEvent {
  readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
  readonly multiValueHeaders?:
    | { readonly [name: string]: readonly string[] | undefined }
    | null
    | undefined;
  /** Payload 2.0 has the cookies here, and not among the headers. */
  readonly cookies?: readonly string[] | undefined;
  readonly httpMethod?: string;
  readonly path?: string;
  /** The same in payload 2.0. */
  readonly rawPath?: string;
  /** Payload 2.0 has the method here, in `http`. */
  readonly requestContext?: object;
}

/** An answer that each of them understands. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
}

export interface LambdaAuthgraph {
  /**
   * Wraps a handler: the session is its second argument, before the context, and an event that may
   * not go on is answered 401, 403 or 503.
   */
  verifySession<const Need extends SessionNeed = { readonly required: true }>(
    need?: Need,
  ): <Event extends HttpEvent, Rest extends unknown[], Result>(
    handler: (event: Event, session: SessionFor<Need>, ...rest: Rest) => Result | Promise<Result>,
  ) => (event: Event, ...rest: Rest) => Promise<Result | HttpResult>;
  /** The CORS headers for the handler's own answers. */
  corsHeaders(event: HttpEvent): Record<string, string>;
}

/**
 * authgraph for functions that are called with HTTP events: AWS Lambda and Netlify's.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/lambda';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession } = authgraph({ issuer, audience: issuer });
 * export const handler = verifySession()(async (_event, session) => ({
 *   statusCode: 200,
 *   body: JSON.stringify({ userId: session.userId }),
 * }));
 * ```
 */
export function authgraph(options: AuthgraphOptions): LambdaAuthgraph {
  const access = createAccess(options);
  const corsHeaders = (event: HttpEvent) => access.corsHeaders(headOf(event).headers.get('origin'));
  return {
    corsHeaders,
    verifySession:
      (need) =>
      (handler) =>
      async (event, ...rest) => {
        const head = headOf(event);
        if (isPreflight(event, head.headers)) return result(event, 204, corsHeaders(event), '');
        const { session, denial } = await access.decide(head, need);
        if (denial !== undefined) return deny(event, denial);
        try {
          // `decide` gives null only where the need allows it, which is what SessionFor says.
          return await handler(event, session as SessionFor<NonNullable<typeof need>>, ...rest);
        } catch (error) {
          const thrown = denialOf(error);
          if (thrown === undefined) throw error;
          return deny(event, thrown);
        }
      },
  };

  function deny(event: HttpEvent, { status, headers, body }: Denial): HttpResult {
    return result(event, status, { ...corsHeaders(event), ...headers }, JSON.stringify(body));
  }
}

/** Names in lower case: payload 1.0 keeps them as the client wrote them. */
function headOf(event: HttpEvent) {
  const { headers, multiValueHeaders, cookies, path, rawPath } = event;
  const pairs = Object.entries(multiValueHeaders ?? headers ?? {}).flatMap(([name, values = []]) =>
    [values].flat().map((value) => [name.toLowerCase(), value] as const),
  );
  const found = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = found.get(name);
    const separator = name === 'cookie' ? '; ' : ', ';
    found.set(name, before === undefined ? value : before + separator + value);
  }
  if (cookies !== undefined) found.set('cookie', cookies.join('; '));
  return {
    headers: found,
    rawHeaders: pairs.flat(),
    method: methodOf(event),
    url: rawPath ?? path,
  };
}

/** A browser's preflight never carries a token. */
function isPreflight(event: HttpEvent, headers: Map<string, string>): boolean {
  return methodOf(event) === 'OPTIONS' && headers.has('access-control-request-method');
}

function methodOf({ httpMethod, requestContext = {} }: HttpEvent): string | undefined {
  const { http }: { readonly http?: { readonly method?: string } } = requestContext;
  return httpMethod ?? http?.method;
}

/** A load balancer that sends multi-value headers reads no others in an answer. */
function result(
  event: HttpEvent,
  statusCode: number,
  headers: Record<string, string>,
  body: string,
): HttpResult {
  if (!event.multiValueHeaders) return { statusCode, headers, body };
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  );
  return { statusCode, headers, multiValueHeaders, body };
}
