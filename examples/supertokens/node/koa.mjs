import Router from '@koa/router';
import Koa from 'koa';
import { middleware } from 'supertokens-node/framework/koa/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/koa/index.js';
import { init, port, routes } from './app.mjs';

init('koa');

const app = new Koa();
const router = new Router();
app.use(middleware()); // serves /auth/*
for (const { method, path, handle, options } of routes) {
  router[method.toLowerCase()](path, verifySession(options), async (ctx) => {
    ctx.body = await handle(ctx.session);
  });
}
app.use(router.routes());
app.silent = true;
app.listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
