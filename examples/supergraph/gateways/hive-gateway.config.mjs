// Hive Gateway in front of the supergraph: hive-gateway supergraph --config hive-gateway.config.mjs
import { createRemoteJwksSigningKeyProvider, defineConfig, extractFromHeader } from '@graphql-hive/gateway';

const issuer = process.env.AUTHGRAPH_ISSUER ?? 'http://localhost:4000';

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH ?? 'supergraph.graphql',
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 4100),
  // Bad tokens end here. Anonymous requests go through: which fields need a session, the subgraphs say.
  jwt: {
    tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: `${process.env.AUTHGRAPH_URL ?? issuer}/.well-known/jwks.json` })],
    tokenVerification: { issuer, audience: process.env.AUTHGRAPH_AUDIENCE ?? issuer, algorithms: ['ES256'] },
    reject: { missingToken: false, invalidToken: false },
  },
  // Every subgraph checks the token itself, so each one is sent it.
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => {
      const authorization = request.headers.get('authorization');
      return authorization ? { authorization } : {};
    },
  },
});
