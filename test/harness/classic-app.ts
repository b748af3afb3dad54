import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as SuperTokens from '@authgraph/sdk/classic/express';

const FRAMEWORKS = fileURLToPath(new URL('../supertokens/', import.meta.url));
export const expressIsInstalled = existsSync(`${FRAMEWORKS}node_modules/express`);

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An application of the first generation, as its guides have it. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'POST /login': async (_request, response) => {
    const session = await SuperTokens.createNewSession(response, 'user', { plan: 'x' }, { n: 0 });
    response.end(session.getHandle());
  },
  'GET /me': async (request, response) => {
    const session = await SuperTokens.getSession(request, response, false);
    response.end(`${session.getUserId()} ${JSON.stringify(session.getJWTPayload())}`);
  },
  'POST /count': async (request, response) => {
    const session = await SuperTokens.getSession(request, response, true);
    const { n } = await session.getSessionData();
    await session.updateSessionData({ n: Number(n) + 1 });
    response.end(JSON.stringify(await session.getSessionData()));
  },
  'POST /refresh': async (request, response) => {
    await SuperTokens.refreshSession(request, response);
    response.end('');
  },
  'POST /logout': async (request, response) => {
    const session = await SuperTokens.getSession(request, response, true);
    await session.revokeSession();
    response.end('');
  },
  'OPTIONS /me': async (_request, response) => {
    SuperTokens.setRelevantHeadersForOptionsAPI(response);
    response.end('');
  },
};

export interface ClassicApp extends AsyncDisposable {
  readonly url: string;
}

export async function startClassicApp(kind: 'node:http' | 'Express'): Promise<ClassicApp> {
  const server = createServer(kind === 'Express' ? expressApp() : plainApp);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function plainApp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await ROUTES[`${request.method} ${request.url}`]?.(request, response);
  } catch (error) {
    const isOurs = SuperTokens.Error.isErrorFromAuth(error);
    if (isOurs && (await SuperTokens.answerError(response, error))) return;
    response.statusCode = 500;
    response.end(String(error));
  }
}

function expressApp() {
  const express = createRequire(FRAMEWORKS)('express');
  const app = express();
  for (const [route, handler] of Object.entries(ROUTES)) {
    const [method = '', path] = route.split(' ');
    app[method.toLowerCase()](path, handler);
  }
  app.use(SuperTokens.errorHandler());
  return app;
}
