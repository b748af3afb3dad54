import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Realm } from '../../kernel/realm.js';

/** A path that every realm has: `/x` of the default one, `/realms/<id>/x` of any other. */
export interface RealmRoute {
  readonly method: HTTPMethods | HTTPMethods[];
  readonly path: string;
  /** One more place for realms other than the default one, with REALM_PREFIX in it. */
  readonly realmPath?: string;
  handle(realm: Realm, request: FastifyRequest, reply: FastifyReply): unknown;
}

/** Finds the realm of a request by its path. Rejects with NOT_FOUND when there is none. */
export type RealmOf = (realmId: string) => Realm | Promise<Realm>;

export const REALM_PREFIX = '/realms/:realmId';

/** Where a route is, as patterns of Fastify. */
export function urlsOf({ path, realmPath }: RealmRoute): string[] {
  return [path, `${REALM_PREFIX}${path}`, ...(realmPath ? [realmPath] : [])];
}

export function addRealmRoute(server: FastifyInstance, realmOf: RealmOf, route: RealmRoute): void {
  for (const url of urlsOf(route)) {
    server.route({
      method: route.method,
      url,
      handler: async (request, reply) => {
        const realm = await realmOf(realmIdOf(request));
        return route.handle(realm, request, reply);
      },
    });
  }
}

/** The realm that a request names in its path; the empty string for the default one. */
export function realmIdOf({ params }: FastifyRequest): string {
  const { realmId } = params as { readonly realmId?: string }; // of REALM_PREFIX, or of no realm
  return realmId ?? '';
}
