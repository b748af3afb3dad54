export { type AuthDecorator, Authenticated, Policy, RequiresScopes } from './auth-decorators.js';
