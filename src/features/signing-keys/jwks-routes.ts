import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import { REALM_PREFIX, type RealmRoute } from '../../platform/http/realm-route.js';
import type { KeyRings } from './key-rings.js';
import { SIGNING_SETTINGS } from './signing-settings.js';

/** The public keys (RFC 7517) and what verifiers need to know beside them (RFC 8414). */
export function jwksRoutes(rings: KeyRings): RealmRoute[] {
  const metadata = (path: string): RealmRoute => ({
    method: 'GET',
    path,
    // RFC 8414 section 3.1: the issuer's own path comes after the well-known one.
    realmPath: `${path}${REALM_PREFIX}`,
    handle: (realm, _request, reply) =>
      reply.header('cache-control', cacheFor(realm)).send(describe(realm)),
  });
  return [
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      async handle(realm, _request, reply) {
        const { keys } = (await rings.of(realm)).jwks();
        // An empty set would be cached by verifiers, and refuse every token until it ran out.
        if (keys.length === 0) {
          throw new AuthError(
            'SERVICE_UNAVAILABLE',
            'The signing keys are not available yet. Try again shortly.',
          );
        }
        return reply.header('cache-control', cacheFor(realm)).send({ keys });
      },
    },
    metadata('/.well-known/openid-configuration'),
    metadata('/.well-known/oauth-authorization-server'),
  ];
}

function cacheFor(realm: Realm): string {
  return `public, max-age=${SIGNING_SETTINGS.of(realm).jwksMaxAge}`;
}

/** What there is: keys to verify tokens with. There are no endpoints of OAuth 2.0 or OpenID. */
function describe(realm: Realm): object {
  const { issuer } = realm;
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['ES256', 'RS256', 'EdDSA'],
    subject_types_supported: ['public'],
    response_types_supported: [],
  };
}
