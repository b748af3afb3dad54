import { sessionContext } from '@authgraph/sdk';
import type { Clock } from '../../kernel/clock.js';
import { DEFAULT_REALM, type Realm } from '../../kernel/realm.js';
import type { RequestListener } from '../../platform/graphql/request-listener.js';
import type { Proofs } from '../proofs/index.js';
import type { KeyRings } from '../signing-keys/index.js';
import type { EndedSessions } from './ended-sessions.js';
import { audienceOf } from './session-settings.js';
import type { TokenCookies } from './token-cookies.js';

/** Verified tokens that are remembered: one of many realms may not take the memory of all. */
const TOKENS_OF_A_REALM = 1_000;

export interface VerificationDeps {
  readonly proofs: Proofs;
  readonly rings: KeyRings;
  readonly endedSessions: EndedSessions;
  readonly cookies: TokenCookies;
  readonly clock: Clock;
}

/** Puts the session on the context of a request, by the keys and the audience of its realm. */
export function sessionVerification(deps: VerificationDeps): RequestListener {
  // A realm is one object until it changes, and its verifier goes with it.
  const listeners = new WeakMap<Realm, ReturnType<typeof listenerOf>>();
  return {
    async didResolveOperation(resolved) {
      const { contextValue, request, operation } = resolved;
      const { realm } = contextValue;
      const listener = listeners.get(realm) ?? listenerOf(realm, deps);
      listeners.set(realm, listener);
      contextValue.proofKey = null;
      const headers = request.http?.headers;
      const changes = operation?.operation === 'mutation';
      if (headers !== undefined) await deps.proofs.offer(contextValue, headers, changes);
      await (await listener).didResolveOperation(resolved);
    },
  };
}

function listenerOf(
  realm: Realm,
  { proofs, rings, endedSessions, cookies, clock }: VerificationDeps,
) {
  const plugin = sessionContext({
    issuer: realm.issuer,
    audience: audienceOf(realm),
    jwks: {
      get: async (kid) => (await rings.of(realm)).get(kid),
      has: (kid) => {
        const ring = rings.of(realm);
        return !(ring instanceof Promise) && ring.has(kid);
      },
    },
    isEnded: (sessionId) => endedSessions.has(realm, sessionId),
    dpop: 'require',
    readProof: (headers) => proofs.of(headers),
    origins: cookies.originsOf(realm),
    // Issuer and audience are its own, so a refused token says nothing about the settings.
    onDenied: () => {},
    now: () => clock.now(),
    ...(realm.id === DEFAULT_REALM ? {} : { cacheSize: TOKENS_OF_A_REALM }),
  });
  return plugin.requestDidStart();
}
