import { withSession } from 'supertokens-node/nextjs';
import { init, routes } from '../../../app.mjs';

init('custom');

function respond(request) {
  const { pathname } = new URL(request.url);
  const route = routes.find(({ method, path }) => method === request.method && path === pathname);
  if (route === undefined) return new Response('not found', { status: 404 });
  return withSession(
    request,
    async (error, session) => {
      if (error) return Response.json({ error: error.message }, { status: 500 });
      return Response.json(await route.handle(session));
    },
    route.options,
  );
}

export { respond as GET, respond as POST };
