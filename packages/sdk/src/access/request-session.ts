import type { Session } from '../token/session.js';

export interface RequestSessionOptions {
  /**
   * The request's property that holds the session; `session` unless given, for servers where
   * express-session and the like have it already.
   */
  readonly sessionProperty?: string;
}

const placed = new WeakSet<object>();

/** Puts the session on a request, and never in the place of somebody else's. */
export function placeSession(request: object, property: string, session: Session | null): void {
  const present: unknown = Reflect.get(request, property);
  if (typeof present === 'object' && present !== null && !placed.has(present)) {
    throw new Error(
      `request.${property} is taken by another plugin: give authgraph() another sessionProperty.`,
    );
  }
  if (session !== null) placed.add(session);
  Reflect.set(request, property, session);
}

/** The session that `placeSession` put there; null for whatever else there is. */
export function placedSession(request: object, property: string): Session | null {
  const present: unknown = Reflect.get(request, property);
  return typeof present === 'object' && present !== null && placed.has(present)
    ? (present as Session)
    : null; // only sessions are placed
}
