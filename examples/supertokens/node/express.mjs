import express from 'express';
import { errorHandler, middleware } from 'supertokens-node/framework/express/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/express/index.js';
import { init, port, routes } from './app.mjs';

init('express');

const app = express();
app.use(middleware()); // serves /auth/*
for (const { method, path, handle, options } of routes) {
  app[method.toLowerCase()](path, verifySession(options), async (request, response) => {
    response.json(await handle(request.session));
  });
}
app.use(errorHandler());
app.use((error, _request, response, _next) => {
  response.status(500).json({ error: error.message });
});
app.listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
