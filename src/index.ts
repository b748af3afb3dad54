export { ConfigError } from './app/config.js';
export {
  type Authgraph,
  type AuthgraphConfig,
  type AuthgraphSettings,
  createAuthgraph,
} from './app/create-authgraph.js';
export type {
  Claims,
  HookCall,
  HookFunctions,
  Refusal,
  SignedIn,
  SignedUp,
  SigningIn,
  SigningUp,
  SignUpAdditions,
  TokenOwner,
} from './platform/hooks/hook-functions.js';
export type { ApolloContext, ApolloRequest } from './platform/http/apollo-context.js';
