import { verifySession } from '../../auth.js';

export const GET = verifySession({ scopes: ['users:read'] })((_request, session) =>
  Response.json({ userId: session.userId }),
);
