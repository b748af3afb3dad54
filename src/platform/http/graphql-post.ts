import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import type { FastifyBaseLogger } from 'fastify';
import { parse as parseJson } from 'secure-json-parse';
import type { ServedRequest } from '../log/log.js';
import { failureOf } from './failure.js';
import type { AnswerGraphQL } from './graphql-answer.js';

export interface GraphQLPostOptions {
  readonly answer: AnswerGraphQL;
  /** Proxies whose X-Forwarded-For counts. */
  readonly trustProxy: readonly string[];
  /** True when pages of other origins may call: their requests need headers that only Fastify's CORS plugin knows. */
  readonly crossOrigin: boolean;
  readonly maxBodyBytes: number;
  readonly newRequestId: () => string;
  readonly log: FastifyBaseLogger;
  readonly logRequest: (request: ServedRequest) => void;
}

const PATH = '/graphql';
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/**
 * Answers what nearly every request is, an operation posted to /graphql as JSON, on Node's HTTP server itself: on its way
 * through Fastify it costs a tenth more (decision 10). False when the request is any other, and left for Fastify.
 */
export function graphqlPosts(
  options: GraphQLPostOptions,
): (message: IncomingMessage, response: ServerResponse) => boolean {
  const { answer, crossOrigin, maxBodyBytes, newRequestId, log, logRequest } = options;
  const trust =
    options.trustProxy.length > 0 ? proxyAddress.compile([...options.trustProxy]) : undefined;

  return (message, response) => {
    if (!isOurs(message)) return false;
    const arrived = performance.now();
    readBody(message, (text) => void serve(message, response, text, arrived));
    return true;
  };

  function isOurs({ method, url, headers }: IncomingMessage): boolean {
    if (method !== 'POST' || url !== PATH || (crossOrigin && headers.origin !== undefined))
      return false;
    const length = Number(headers['content-length']); // Node ends the body there
    return length > 0 && length <= maxBodyBytes && JSON_TYPE.test(headers['content-type'] ?? '');
  }

  async function serve(
    message: IncomingMessage,
    response: ServerResponse,
    text: string,
    arrived: number,
  ): Promise<void> {
    const requestId = newRequestId();
    const ip = clientAddress(message);
    try {
      const body = parseBody(text);
      const {
        status = 200,
        headers,
        body: answered,
      } = await answer({ requestId, ip, message, response, body });
      if (answered.kind !== 'complete') throw new Error('Nothing here is answered in parts.');
      send(response, requestId, status, headers, answered.string);
    } catch (error) {
      const { status, body } = failureOf(error as Error, requestId, log);
      send(response, requestId, status, FAILURE_HEADERS, JSON.stringify(body));
    }
    const ms = Math.round(performance.now() - arrived);
    logRequest({ requestId, method: 'POST', path: PATH, status: response.statusCode, ms, ip });
  }

  function clientAddress(message: IncomingMessage): string {
    return trust === undefined
      ? (message.socket.remoteAddress ?? '')
      : proxyAddress(message, trust);
  }
}

const FAILURE_HEADERS = [
  ['content-type', 'application/json; charset=utf-8'],
  ['cache-control', 'no-store'],
] as const;

/** Never calls back when the client goes away first: there is nobody to answer. */
function readBody(message: IncomingMessage, whole: (text: string) => void): void {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.on('end', () => whole(textOf(chunks)));
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  // As a rule there is one: it need not be copied before it is read.
  return chunks.length === 1 && first !== undefined
    ? first.toString()
    : Buffer.concat(chunks).toString();
}

function parseBody(text: string): unknown {
  try {
    return parseJson(text); // refuses __proto__
  } catch {
    throw Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 });
  }
}

function send(
  response: ServerResponse,
  requestId: string,
  status: number,
  headers: Iterable<readonly [string, string]>,
  text: string,
): void {
  const bytes = Buffer.byteLength(text);
  const all = [
    'x-request-id',
    requestId,
    'x-content-type-options',
    'nosniff',
    'content-length',
    String(bytes),
  ];
  for (const [name, value] of headers) all.push(name, value);
  response.writeHead(status, all);
  // As many bytes as characters: it is plain ASCII, which Node sends faster when told so.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8');
}
