import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What one request said. `query` is the GraphQL document, empty for a request that has none. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly query: string;
}

/** A server that answers as a test says, and remembers what it was asked. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** How many of the requests so far hold `part` in their GraphQL document. */
  count(part: string): number;
}

export async function startScriptedServer(
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>,
  atPort = 0,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const found: SeenRequest = {
      path: request.url ?? '',
      headers: request.headers,
      body,
      query: queryOf(body),
    };
    seen.push(found);
    await answer(found, response);
  });
  await new Promise<void>((listening) => server.listen(atPort, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    count: (part) => seen.filter(({ query }) => query.includes(part)).length,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
}

function queryOf(body: string): string {
  try {
    return JSON.parse(body).query ?? '';
  } catch {
    return '';
  }
}
