import hapi from '@hapi/hapi';
import { plugin } from 'supertokens-node/framework/hapi/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/hapi/index.js';
import { init, port, routes } from './app.mjs';

init('hapi');

const server = hapi.server({ port, host: '127.0.0.1' });
await server.register(plugin); // serves /auth/*
for (const { method, path, handle, options } of routes) {
  const pre = [{ method: verifySession(options) }];
  server.route({ method, path, options: { pre }, handler: (request) => handle(request.session) });
}
await server.start();
console.log(`listening on ${port}`);
