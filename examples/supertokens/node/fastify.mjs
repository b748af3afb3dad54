import formbody from '@fastify/formbody';
import { fastify } from 'fastify';
import { errorHandler, plugin } from 'supertokens-node/framework/fastify/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/fastify/index.js';
import { init, port, routes } from './app.mjs';

init('fastify');

const app = fastify();
app.setErrorHandler(errorHandler());
await app.register(formbody);
await app.register(plugin); // serves /auth/*
for (const { method, path, handle, options } of routes) {
  const preHandler = verifySession(options);
  app.route({ method, url: path, preHandler, handler: (request) => handle(request.session) });
}
await app.listen({ port, host: '127.0.0.1' });
console.log(`listening on ${port}`);
