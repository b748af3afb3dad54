import { authgraph } from '@authgraph/sdk/hapi';
import { server as createServer } from '@hapi/hapi';
import { portOf } from './listen.js';
import type { StartApp } from './run.js';

export const start: StartApp = async (options) => {
  const { plugin, verifySession, requireSession, corsOptions } = authgraph(options);
  const server = createServer({
    port: 0,
    host: '127.0.0.1',
    routes: { cors: corsOptions },
    debug: false,
  });
  await server.register(plugin);
  server.route([
    {
      method: 'GET',
      path: '/me',
      options: { auth: verifySession() },
      handler: (request) => ({ userId: requireSession(request).userId }),
    },
    {
      method: 'GET',
      path: '/users',
      options: { auth: verifySession({ scopes: ['users:read'] }) },
      handler: (request) => ({ userId: requireSession(request).userId }),
    },
    {
      method: 'GET',
      path: '/maybe',
      options: { auth: verifySession({ required: false }) },
      handler: (request) => ({
        userId: request.auth.isAuthenticated ? requireSession(request).userId : null,
      }),
    },
    {
      method: 'GET',
      path: '/unguarded',
      handler: (request) => ({ userId: requireSession(request).userId }),
    },
    {
      method: 'GET',
      path: '/broken',
      options: { auth: verifySession() },
      handler: () => {
        throw new Error('a defect of the application');
      },
    },
  ]);
  await server.start();
  return portOf(server.listener);
};
