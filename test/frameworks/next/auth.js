import { authgraph } from '@authgraph/sdk/next';

export const { verifySession, preflight, middleware, checkSession, getSession } = authgraph(
  JSON.parse(process.env.AUTHGRAPH_TEST_OPTIONS),
);
