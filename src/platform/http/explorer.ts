import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const FIRST_OPERATION = `# authgraph: press the play button
mutation SignUp {
  signUp(input: { email: "ada@example.com", password: "correct horse battery staple" }) {
    __typename
    ... on SignedIn {
      user { id email }
      tokens { accessToken refreshToken accessTokenExpiresAt }
    }
    ... on Problem { message }
  }
}

# Put the access token into the Headers tab: { "Authorization": "Bearer …" }
query Me {
  me { id email sessions { nodes { id createdAt current } } }
}
`;

/**
 * In development, a browser that opens the API of a realm gets GraphiQL, whole from its package: it
 * works without a network.
 */
export function serveExplorer(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const path = pageAskedFor(request);
    if (path !== undefined) await sendPage(reply, path);
  });
}

async function sendPage(reply: FastifyReply, endpoint: string): Promise<void> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  await reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "frame-ancestors 'none'")
    .send(renderGraphiQL({ title: 'authgraph', endpoint, defaultQuery: FIRST_OPERATION }));
}

const API = /^(?:\/realms\/[a-z0-9-]+)?\/graphql$/;

/** The path of the API that a browser opens; undefined for every other request. */
function pageAskedFor({ method, url, headers }: FastifyRequest): string | undefined {
  const [path = '', query = ''] = url.split('?', 2);
  const isPage = method === 'GET' && API.test(path) && !new URLSearchParams(query).has('query');
  return isPage && headers.accept?.includes('text/html') ? path : undefined;
}
