import {
  type AuthgraphOptions,
  createAccess,
  type SessionFor,
  type SessionNeed,
} from '../access/decide-access.js';
import { denialOf } from '../access/denial.js';
import { type IncomingMessage, type ServerResponse, sendDenial } from './node-http.js';

export type * from './public-types.js';

/** A request whose session is known. */
export type SessionRequest<
  Need extends SessionNeed,
  Request extends IncomingMessage = IncomingMessage,
> = Request & {
  readonly session: SessionFor<Need>;
};

type Listener<Request, Response> = (request: Request, response: Response) => Promise<void>;

export interface NodeAuthgraph {
  /**
   * Wraps a request listener: the session is on its request, and a request that may not go on is
   * answered 401, 403 or 503. Errors of authgraph that the listener throws are answered too; others
   * reject the promise that the wrapped listener returns.
   */
  verifySession<const Need extends SessionNeed = { readonly required: true }>(
    need?: Need,
  ): <Request extends IncomingMessage, Response extends ServerResponse>(
    listener: (request: SessionRequest<Need, Request>, response: Response) => unknown,
  ) => Listener<Request, Response>;
}

/**
 * authgraph for plain node:http (and node:https), and for functions with its signature, such as
 * Vercel's.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { authgraph } from '@authgraph/sdk/node';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession } = authgraph({ issuer, audience: issuer });
 * createServer(
 *   verifySession()((request, response) => void response.end(request.session.userId)),
 * ).listen(3000);
 * ```
 */
export function authgraph(options: AuthgraphOptions): NodeAuthgraph {
  const access = createAccess(options);
  return {
    verifySession: (need) => (listener) => async (request, response) => {
      for (const [name, value] of Object.entries(access.corsHeaders(request.headers.origin)))
        response.setHeader(name, value);
      if (
        request.method === 'OPTIONS' &&
        request.headers['access-control-request-method'] !== undefined
      ) {
        response.writeHead(204).end(); // a browser's preflight never carries a token
        return;
      }
      const { session, denial } = await access.decide(request, need);
      if (denial !== undefined) return sendDenial(response, denial);
      try {
        // `decide` gives null only where the need allows it, which is what SessionFor says.
        await listener(
          Object.assign(request, { session }) as SessionRequest<never, typeof request>,
          response,
        );
      } catch (error) {
        const thrown = denialOf(error);
        if (thrown === undefined || response.headersSent) throw error;
        sendDenial(response, thrown);
      }
    },
  };
}
