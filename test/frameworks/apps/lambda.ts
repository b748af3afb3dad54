import { createServer, type IncomingMessage } from 'node:http';
import { authgraph } from '@authgraph/sdk/lambda';
import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import { listen } from './listen.js';
import type { StartApp } from './run.js';

type Event = APIGatewayProxyEvent | APIGatewayProxyEventV2 | ALBEvent;
type Result = APIGatewayProxyResult | APIGatewayProxyStructuredResultV2 | ALBResult;
type Handler = (event: Event) => Promise<Result>;

export const start: StartApp = (options, format = '') => {
  const { verifySession, corsHeaders } = authgraph(options);
  const reply = (event: Event, userId: string | null) => {
    const headers = { 'content-type': 'application/json', ...corsHeaders(event) };
    const multiValueHeaders = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    );
    return { statusCode: 200, headers, multiValueHeaders, body: JSON.stringify({ userId }) };
  };
  const handlers: { [path: string]: Handler } = {
    '/me': verifySession()(async (event, session) => reply(event, session.userId)),
    '/users': verifySession({ scopes: ['users:read'] })(async (event, session) =>
      reply(event, session.userId),
    ),
    '/maybe': verifySession({ required: false })(async (event, session) =>
      reply(event, session?.userId ?? null),
    ),
    '/broken': verifySession()(async () => {
      throw new Error('a defect of the application');
    }),
  };
  return listen(
    createServer(async (incoming, outgoing) => {
      try {
        const result = await handlers[incoming.url ?? '']?.(eventOf(incoming, format));
        // A load balancer that is set to multi-value headers reads no others.
        const headers = format === 'alb-multi' ? onlyMultiValues(result) : result?.headers;
        for (const [name, value] of Object.entries(headers ?? {}))
          outgoing.setHeader(name, String(value));
        outgoing.writeHead(result?.statusCode ?? 404).end(result?.body);
      } catch {
        outgoing.writeHead(502).end();
      }
    }),
  );
};

function onlyMultiValues(result: Result | undefined): { [name: string]: string } {
  const values =
    result !== undefined && 'multiValueHeaders' in result ? result.multiValueHeaders : {};
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, all]) => [name, all.join(', ')]),
  );
}

/** The parts of each event that carry the request; the handlers look at no others. */
function eventOf(incoming: IncomingMessage, format: string): Event {
  const { cookie, ...others } = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const lower = cookie === undefined ? others : { ...others, cookie };
  const asSent = Object.fromEntries(
    Object.entries(lower).map(([name, value]) => [
      name.replace(/^[a-z]/, (c) => c.toUpperCase()),
      value,
    ]),
  );
  const multi = (headers: { [name: string]: string }) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const elb = {
    elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/x/1' },
  };
  const events: { [format: string]: object } = {
    'payload-1': {
      httpMethod: incoming.method,
      path: incoming.url,
      headers: asSent,
      multiValueHeaders: multi(asSent),
      requestContext: {},
    },
    'payload-2': {
      version: '2.0',
      rawPath: incoming.url,
      headers: others,
      ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
      requestContext: { http: { method: incoming.method } },
    },
    alb: {
      httpMethod: incoming.method,
      path: incoming.url,
      headers: lower,
      requestContext: elb,
    },
    'alb-multi': {
      httpMethod: incoming.method,
      path: incoming.url,
      multiValueHeaders: multi(lower),
      requestContext: elb,
    },
    netlify: {
      httpMethod: incoming.method,
      path: incoming.url,
      headers: lower,
      multiValueHeaders: multi(lower),
    },
  };
  return events[format] as Event; // the rest of an event is of no concern here
}
