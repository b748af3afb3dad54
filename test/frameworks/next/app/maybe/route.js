import { verifySession } from '../../auth.js';

export const GET = verifySession({ required: false })((_request, session) =>
  Response.json({ userId: session?.userId ?? null }),
);
