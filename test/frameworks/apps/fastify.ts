import { authgraph } from '@authgraph/sdk/fastify';
import cors from '@fastify/cors';
import fastify from 'fastify';
import { portOf } from './listen.js';
import type { StartApp } from './run.js';

export const start: StartApp = async (options) => {
  const { verifySession, requireSession, errorHandler, corsOptions } = authgraph(options);
  const app = fastify();
  await app.register(cors, corsOptions);
  app.setErrorHandler(errorHandler);
  app.get('/me', { onRequest: verifySession() }, async (request) => ({
    userId: request.session?.userId,
  }));
  app.get('/users', { onRequest: verifySession({ scopes: ['users:read'] }) }, async (request) => ({
    userId: requireSession(request).userId,
  }));
  app.get('/maybe', { onRequest: verifySession({ required: false }) }, async (request) => ({
    userId: request.session?.userId ?? null,
  }));
  app.get('/unguarded', async (request) => ({ userId: requireSession(request).userId }));
  app.get('/broken', { onRequest: verifySession() }, async () => {
    throw new Error('a defect of the application');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return portOf(app.server);
};
