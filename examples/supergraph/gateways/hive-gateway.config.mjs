// Hive Gateway in front of the supergraph: hive-gateway supergraph --config hive-gateway.config.mjs
import {
  createRemoteJwksSigningKeyProvider,
  defineConfig,
  extractFromHeader,
} from '@graphql-hive/gateway';

const issuer = process.env.AUTHGRAPH_ISSUER ?? 'http://localhost:4000';

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH ?? 'supergraph.graphql',
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 4100),
  // It would log each bad token with a stack, as a warning.
  logging: 'error',
  // A request without a token, or with a bad one, goes on without a session, so that a client whose
  // token has expired can refresh it. Which fields need a session, the subgraphs say.
  jwt: {
    // Whatever the scheme is: Bearer, or DPoP for a token that is bound to a key (RFC 9449).
    tokenLookupLocations: [extractFromHeader({ name: 'authorization' })],
    signingKeyProviders: [
      createRemoteJwksSigningKeyProvider({
        jwksUri: `${process.env.AUTHGRAPH_URL ?? issuer}/.well-known/jwks.json`,
      }),
    ],
    tokenVerification: {
      issuer,
      audience: process.env.AUTHGRAPH_AUDIENCE ?? issuer,
      algorithms: ['ES256'],
    },
    reject: { missingToken: false, invalidToken: false },
  },
  // Tokens travel in bodies and in the Authorization header: a browser's page needs no credentials.
  cors: { origin: process.env.ALLOWED_ORIGIN ?? 'https://app.example.com', credentials: false },
  // Every subgraph checks the token itself, so each one is sent it, with the proof of its key.
  // Session lists show the browser and its address by the others: put what sets X-Forwarded-For in
  // front of the gateway, and the gateway's address in AUTHGRAPH_TRUST_PROXY.
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => {
      const names = ['authorization', 'dpop', 'user-agent', 'x-forwarded-for'];
      const sent = names.map((name) => [name, request.headers.get(name)]);
      return Object.fromEntries(sent.filter(([, value]) => value !== null));
    },
  },
});
