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

/** In development, a browser that opens /graphql gets GraphiQL, whole from its package: it works without a network. */
export function serveExplorer(fastify: FastifyInstance): void {
  let page: Promise<string> | undefined;
  fastify.addHook('onRequest', async (request, reply) => {
    if (wantsPage(request)) await sendPage(reply);
  });

  async function sendPage(reply: FastifyReply): Promise<void> {
    page ??= import('@graphql-yoga/render-graphiql').then(({ renderGraphiQL }) =>
      renderGraphiQL({ title: 'authgraph', endpoint: '/graphql', defaultQuery: FIRST_OPERATION }),
    );
    await reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "frame-ancestors 'none'")
      .send(await page);
  }
}

function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== 'GET') return false;
  const [path, query = ''] = request.url.split('?', 2);
  const accepts = request.headers.accept ?? '';
  return (
    path === '/graphql' && !new URLSearchParams(query).has('query') && accepts.includes('text/html')
  );
}
