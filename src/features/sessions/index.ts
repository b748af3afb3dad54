import { DEFAULT_REALM } from '../../kernel/realm.js';
import { feature } from '../../platform/feature.js';
import { RequestLoader } from '../../platform/graphql/request-loader.js';
import type { ProcessFacts } from '../../platform/platform.js';
import { hooks as hooksFeature } from '../hooks/index.js';
import { knownDevices } from '../known-devices/index.js';
import { proofs as proofsFeature } from '../proofs/index.js';
import { realms } from '../realms/index.js';
import { signingKeys } from '../signing-keys/index.js';
import { maySeeUser } from '../users/index.js';
import { accessTokenSigner } from './access-token.js';
import { DeliverTokens } from './deliver-tokens.js';
import { EndSessions } from './end-sessions.js';
import { EndedSessions } from './ended-sessions.js';
import { EndedSessionsStream } from './ended-sessions-stream.js';
import { findSessions } from './listed-session.store.js';
import { RefreshSession } from './refresh-session.js';
import { refreshTokenFormat } from './refresh-token.js';
import { RevokeSessionsResolver } from './revoke-sessions.resolver.js';
import { Session } from './session.entity.js';
import { SessionResolver } from './session.resolver.js';
import { SESSION_PROBLEMS } from './session-errors.js';
import { SESSION_EVENTS } from './session-events.js';
import { SessionIssuer } from './session-issuer.js';
import { SessionMutationsResolver } from './session-mutations.resolver.js';
import { SESSION_SETTINGS } from './session-settings.js';
import { sessionVerification } from './session-verification.js';
import { SignOut } from './sign-out.js';
import { TokenCookies } from './token-cookies.js';
import { UserSessionsResolver } from './user-sessions.resolver.js';

export { cleanupSessions } from './cleanup-sessions.js';
export type { DeliverTokens } from './deliver-tokens.js';
export type { EndSessions } from './end-sessions.js';
export { NEW_DEVICE, SIGNED_IN } from './session-events.js';
export type { IssuedSession, SessionIssuer } from './session-issuer.js';
export { SESSION_SETTINGS } from './session-settings.js';
export { SignedIn, SignedOut, TokenDelivery } from './session-types.js';
export { fitsToken } from './token-metadata.policy.js';

/** Sessions: their tokens, rotation, theft detection, and their end. */
export const sessions = feature({
  name: 'sessions',
  settings: SESSION_SETTINGS,
  entities: [Session],
  resolvers: [
    SessionResolver,
    SessionMutationsResolver,
    RevokeSessionsResolver,
    UserSessionsResolver,
  ],
  problems: SESSION_PROBLEMS,
  events: SESSION_EVENTS,
  create(platform, use) {
    const {
      database,
      bus,
      clock,
      randomness,
      newId,
      log,
      errors,
      events,
      secrets,
      metrics,
      limits,
    } = platform;
    const sql = database;
    const { rings } = use(signingKeys);
    const { directory } = use(realms);
    const { proofs } = use(proofsFeature);
    const { hooks } = use(hooksFeature);
    const refreshTokens = refreshTokenFormat(secrets.macKeys('refresh-token-mac'));
    const signAccessToken = accessTokenSigner(rings, newId);
    const issuer = new SessionIssuer({
      clock,
      randomness,
      newId,
      events,
      refreshTokens,
      signAccessToken,
      proofs,
    });
    const endedSessions = new EndedSessions({ sql, bus, clock, log });
    const endSessions = new EndSessions({ clock, events, endedSessions });
    const stream = new EndedSessionsStream({
      source: endedSessions,
      secrets: SESSION_SETTINGS.of(platform).revocationStreamSecrets,
      openToAll: !platform.process.production,
    });
    const cookies = new TokenCookies(alwaysAllowedOrigins(platform.process));
    const tokens = new DeliverTokens(cookies, use(knownDevices).devices);
    const refresh = new RefreshSession({
      database,
      clock,
      randomness,
      events,
      refreshTokens,
      issuer,
      endSessions,
      metrics,
      limits,
      proofs,
      hooks,
    });
    const signOut = new SignOut({ database, clock, refreshTokens, endSessions, proofs });
    const loader = new RequestLoader((realm, ids) => findSessions(sql, realm, ids));
    return {
      parts: { issuer, endedSessions, endSessions, tokens, refreshTokens, refresh, signOut },
      resolvers: [
        new SessionResolver(loader),
        new SessionMutationsResolver({ errors, refresh, signOut, cookies, tokens }),
        new RevokeSessionsResolver({ database, errors, endSessions }),
        new UserSessionsResolver({ sql, clock, sessions: loader }),
      ],
      references: {
        Session: async ({ id }, context) => {
          const session = context.session && (await loader.load(context, id));
          const isVisible =
            session && maySeeUser(context.session, session.user.id, 'sessions:read');
          return isVisible ? { id: session.id } : null;
        },
      },
      listeners: [sessionVerification({ proofs, rings, endedSessions, cookies, clock })],
      checks: [(headers, realm) => cookies.check(headers, realm)],
      routes: [stream.route],
      async start() {
        await endedSessions.load();
        await directory.find(DEFAULT_REALM);
        return undefined;
      },
      closing: () => stream.close(),
      stop: () => endedSessions[Symbol.dispose](),
    };
  },
});

/** In development it does not matter by which name of this machine the browser came. */
function alwaysAllowedOrigins({ production, port }: ProcessFacts): string[] {
  return production ? [] : [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
}
