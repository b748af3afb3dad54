import { preflight, verifySession } from '../../auth.js';

export const GET = verifySession()((_request, session) =>
  Response.json({ userId: session.userId }),
);
export const OPTIONS = preflight;
