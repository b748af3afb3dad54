import type { Session } from '@authgraph/sdk';

/** True for the user themselves and for callers that hold the scope. */
export function maySeeUser(
  viewer: Session | null,
  userId: string,
  scope: 'users:read' | 'sessions:read',
): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.scopes.includes(scope));
}
