export { grantableScopes, isRoleName, scopesOf } from './role-scopes.policy.js';
