// The handler of an AWS Lambda behind an HTTP API (payload 2.0): /auth/* and the routes.
import { middleware } from 'supertokens-node/framework/awsLambda/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/awsLambda/index.js';
import { init, routes } from './app.mjs';

init('awsLambda');

const protectedRoutes = routes.map(({ method, path, handle, options }) => ({
  method,
  path,
  run: verifySession(async ({ session }) => {
    const body = JSON.stringify(await handle(session));
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
  }, options),
}));
const notFound = { statusCode: 404, body: 'not found' };

export const handler = middleware((event, context, done) => {
  const { method, path } = event.requestContext.http;
  const route = protectedRoutes.find((each) => each.method === method && each.path === path);
  return route === undefined ? notFound : route.run(event, context, done);
});
