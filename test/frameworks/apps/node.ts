import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { authgraph } from '@authgraph/sdk/node';
import { listen } from './listen.js';
import type { StartApp } from './run.js';

export const start: StartApp = (options) => {
  const { verifySession } = authgraph(options);
  const routes: {
    [path: string]: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  } = {
    '/me': verifySession()((request, response) => reply(response, request.session.userId)),
    '/users': verifySession({ scopes: ['users:read'] })((request, response) =>
      reply(response, request.session.userId),
    ),
    '/maybe': verifySession({ required: false })((request, response) =>
      reply(response, request.session?.userId ?? null),
    ),
    '/broken': verifySession()(() => {
      throw new Error('a defect of the application');
    }),
  };
  return listen(
    createServer((request, response) => {
      routes[request.url ?? '']?.(request, response).catch(() => response.writeHead(500).end());
    }),
  );
};

function reply(response: ServerResponse, userId: string | null): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ userId }));
}
