import { createServer } from 'node:http';
import { authgraph } from '@authgraph/sdk/koa';
import cors from '@koa/cors';
import Koa, { type Middleware } from 'koa';
import { listen } from './listen.js';
import type { StartApp } from './run.js';

export const start: StartApp = (options) => {
  const { verifySession, requireSession, errorHandler, corsOptions } = authgraph(options);
  const app = new Koa();
  app.silent = true;
  app.use(cors(corsOptions));
  app.use(errorHandler);
  const route = (path: string, ...handlers: Middleware[]) =>
    handlers.forEach((handler) => {
      app.use((ctx, next) => (ctx.path === path ? handler(ctx, next) : next()));
    });
  route('/me', verifySession(), (ctx) => {
    ctx.body = { userId: ctx.state.session?.userId };
  });
  route('/users', verifySession({ scopes: ['users:read'] }), (ctx) => {
    ctx.body = { userId: requireSession(ctx).userId };
  });
  route('/maybe', verifySession({ required: false }), (ctx) => {
    ctx.body = { userId: ctx.state.session?.userId ?? null };
  });
  route('/unguarded', (ctx) => {
    ctx.body = { userId: requireSession(ctx).userId };
  });
  route('/broken', verifySession(), () => {
    throw new Error('a defect of the application');
  });
  return listen(createServer(app.callback()));
};
