import { createServer } from 'node:http';
import { authgraph } from '@authgraph/sdk/web';
import { listen } from './listen.js';
import type { StartApp } from './run.js';

/** What such platforms hand over beside the request. */
interface Context {
  readonly region: string;
}

export const start: StartApp = (options) => {
  const { verifySession } = authgraph(options);
  const handlers: { [path: string]: (request: Request, context: Context) => Promise<Response> } = {
    '/me': verifySession()((_request, session) => Response.json({ userId: session.userId })),
    '/users': verifySession({ scopes: ['users:read'] })((_request, session, context: Context) =>
      Response.json({ userId: session.userId, region: context.region }),
    ),
    '/maybe': verifySession({ required: false })((_request, session) =>
      Response.json({ userId: session?.userId ?? null }),
    ),
    '/broken': verifySession()(() => {
      throw new Error('a defect of the application');
    }),
  };
  return listen(
    createServer(async (incoming, outgoing) => {
      const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
      });
      try {
        const response = await handlers[incoming.url ?? '']?.(request, { region: 'here' });
        outgoing
          .writeHead(response?.status ?? 404, Object.fromEntries(response?.headers ?? []))
          .end(await response?.text());
      } catch {
        outgoing.writeHead(500).end();
      }
    }),
  );
};
