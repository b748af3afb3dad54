import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Lines are short: a long one is cut where the window is narrow. */
const operationsFor = (email: string) => `# Welcome to authgraph. Press the play button.
# The second time it says EmailTaken: sign in.
mutation SignUp {
  signUp(input: {
    email: "${email}"
    password: "correct horse battery staple"
  }) {
    __typename
    ... on SignedIn {
      user { id email }
      tokens { accessToken refreshToken }
    }
    ... on Problem { message }
  }
}

mutation SignIn {
  signIn(input: {
    email: "${email}"
    password: "correct horse battery staple"
  }) {
    __typename
    ... on SignedIn {
      tokens { accessToken refreshToken }
    }
    ... on Problem { message }
  }
}

# Put the access token into the Headers tab:
# { "Authorization": "Bearer ..." }
query Me {
  me {
    id
    email
    sessions { nodes { id createdAt current } }
  }
}
`;

/** A padlock whose keyhole is a node of a graph. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="28" height="28">
<path d="M10 14V9.5a6 6 0 0 1 12 0V14" fill="none" stroke="#3b5bdb" stroke-width="3"/>
<rect x="6" y="13" width="20" height="15" rx="4" fill="#3b5bdb"/><circle cx="16" cy="20.5" r="2.6"
fill="#fff"/><circle cx="10.5" cy="24" r="1.6" fill="#fff"/><circle cx="21.5" cy="24" r="1.6"
fill="#fff"/><path d="M10.5 24 16 20.5 21.5 24" fill="none" stroke="#fff"/></svg>`;

/** On a phone the answer stands below the question, and the sidebar makes room. */
const NARROW = `<style>@media (max-width: 700px) {
  .graphiql-container .graphiql-sidebar, .graphiql-container .graphiql-horizontal-drag-bar {
    display: none }
  .graphiql-container #graphiql-session { flex-direction: column }
  .graphiql-container #graphiql-session > * { flex: 1 1 50% !important; min-height: 0 }
}</style>`;

/**
 * In development, a browser that opens the API of a realm gets GraphiQL, whole from its package: it
 * works without a network.
 */
export function serveExplorer(fastify: FastifyInstance): void {
  fastify.get('/', (_request, reply) => reply.redirect('/graphql'));
  fastify.addHook('onRequest', async (request, reply) => {
    const path = pageAskedFor(request);
    if (path !== undefined) await sendPage(reply, await pageFor(path, request.id));
  });
}

async function pageFor(endpoint: string, visit: string): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // An address that nobody has yet, so that the first operation works for whoever comes next.
  const email = `ada-${visit.slice(0, 6)}@example.com`;
  const html = renderGraphiQL({
    title: 'authgraph',
    logo: LOGO,
    favicon: `data:image/svg+xml;base64,${Buffer.from(LOGO).toString('base64')}`,
    endpoint,
    defaultQuery: operationsFor(email),
  });
  return html.replace('</head>', () => `${NARROW}</head>`);
}

async function sendPage(reply: FastifyReply, page: string): Promise<void> {
  await reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "frame-ancestors 'none'")
    .send(page);
}

const API = /^(?:\/realms\/[a-z0-9-]+)?\/graphql$/;

/** The path of the API that a browser opens; undefined for every other request. */
function pageAskedFor({ method, url, headers }: FastifyRequest): string | undefined {
  const [path = '', query = ''] = url.split('?', 2);
  const isPage = method === 'GET' && API.test(path) && !new URLSearchParams(query).has('query');
  return isPage && headers.accept?.includes('text/html') ? path : undefined;
}
