export { ConfigError } from './app/config.js';
export {
  type Authgraph,
  type AuthgraphConfig,
  type AuthgraphSettings,
  createAuthgraph,
} from './app/create-authgraph.js';
export type { ApolloContext, ApolloRequest } from './platform/http/apollo-context.js';
