import type { AccessTokenClaims } from '@authgraph/sdk';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Claims } from '../../platform/hooks/hook-functions.js';
import type { Admission } from '../hooks/index.js';
import type { Proofs } from '../proofs/index.js';
import { scopesOf } from '../roles/index.js';
import { SIGNING_SETTINGS } from '../signing-keys/index.js';
import type { SignAccessToken } from './access-token.js';
import { deviceOf } from './device.policy.js';
import { hashSecret, type RefreshTokenFormat, SECRET_SIZE } from './refresh-token.js';
import { earlierUserAgents, insertSession, type StoredSession } from './session.store.js';
import { NEW_DEVICE, SIGNED_IN } from './session-events.js';
import { SESSION_SETTINGS } from './session-settings.js';
import { tokenMetadata } from './token-metadata.policy.js';

/** What a signed-in client is handed. */
export interface TokenPair {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

/** A session together with the tokens that were just issued for it. */
export interface IssuedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly tokens: TokenPair;
  /** What the access token says. */
  readonly claims: AccessTokenClaims;
}

export interface SessionIssuerDeps {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly newId: NewId;
  readonly events: Events;
  readonly refreshTokens: RefreshTokenFormat;
  readonly signAccessToken: SignAccessToken;
  readonly proofs: Proofs;
}

/** Makes sessions and the tokens that belong to them. */
export class SessionIssuer {
  readonly #deps: SessionIssuerDeps;

  constructor(deps: SessionIssuerDeps) {
    this.#deps = deps;
  }

  /**
   * Stores a new session and signs its first tokens, in the caller's transaction, for a user who is
   * stored already. It is bound to the key that the caller proved to hold. Rejects with
   * UNAUTHENTICATED when the user was disabled or deleted meanwhile, and with INVALID_DPOP_PROOF
   * where the realm takes no session without a key.
   */
  async open(
    sql: SqlExecutor,
    realm: Realm,
    admission: Admission,
    caller: Caller,
  ): Promise<IssuedSession> {
    const { clock, randomness, newId, events, proofs } = this.#deps;
    const { userId, amr, claims } = admission;
    const now = clock.now();
    const secret = randomness(SECRET_SIZE);
    const { refreshAbsoluteTtl } = SESSION_SETTINGS.of(realm);
    const absoluteExpiresAt = addSeconds(now, refreshAbsoluteTtl);
    const session = {
      id: newId(),
      userId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: earlier(this.idleExpiry(realm, now), absoluteExpiresAt),
      absoluteExpiresAt,
      accessExpiresAt: this.accessExpiry(realm, now),
      amr: [...amr],
      generation: 0,
      currentHash: hashSecret(secret),
      ipAddress: caller.ipAddress,
      userAgent: caller.userAgent,
      keyThumbprint: proofs.bindingOf(realm, caller),
    };
    const owner = await insertSession(sql, realm, session);
    if (owner === undefined) {
      throw new AuthError('UNAUTHENTICATED', 'This account cannot sign in at present.');
    }
    const issued = await this.#issue(realm, { ...session, owner, claims }, secret, now);
    const details = { amr };
    const happening = { caller, userId, sessionId: session.id };
    await events.emit(sql, realm, SIGNED_IN, { ...happening, details });
    const device = deviceOf(session.userAgent)?.name ?? null;
    if (isNewDevice(device, await earlierUserAgents(sql, realm, session))) {
      await events.emit(sql, realm, NEW_DEVICE, { ...happening, details: { device } });
    }
    await sql.afterCommit(() => admission.opened(session.id));
    return issued;
  }

  /** Signs tokens for a session that was rotated; `secret` is its current refresh token's. */
  async renew(
    realm: Realm,
    session: StoredSession,
    { secret, claims }: { readonly secret: Buffer; readonly claims: Claims | undefined },
  ): Promise<IssuedSession> {
    return this.#issue(realm, { ...session, claims }, secret, this.#deps.clock.now());
  }

  /** When a session that is used at `now` would run out from lying idle. */
  idleExpiry(realm: Realm, now: Date): Date {
    return addSeconds(now, SESSION_SETTINGS.of(realm).refreshIdleTtl);
  }

  /** When an access token that is signed at `now` expires. */
  accessExpiry(realm: Realm, now: Date): Date {
    return addSeconds(now, SIGNING_SETTINGS.of(realm).accessTokenTtl);
  }

  async #issue(
    realm: Realm,
    session: Renewable,
    secret: Buffer,
    now: Date,
  ): Promise<IssuedSession> {
    const { id: sessionId, userId, generation, amr, owner, keyThumbprint } = session;
    const { emailVerified, roles } = owner;
    const added = session.claims;
    const metadata = tokenMetadata(owner.metadata, SESSION_SETTINGS.of(realm).tokenMetadataKeys);
    const { signAccessToken, refreshTokens } = this.#deps;
    const authenticatedAt = session.createdAt;
    const scopes = scopesOf(roles, owner.roleScopes);
    const who = { userId, sessionId, authenticatedAt, amr, keyThumbprint };
    const subject = { ...who, emailVerified, roles, scopes, metadata, added };
    const { token, claims, expiresAt } = await signAccessToken(realm, subject, now);
    const tokens = {
      accessToken: token,
      accessTokenExpiresAt: expiresAt,
      refreshToken: refreshTokens.write(realm, { sessionId, generation, secret }),
      refreshTokenExpiresAt: session.expiresAt,
    };
    return { sessionId, userId, tokens, claims };
  }
}

type Renewable = Pick<
  StoredSession,
  'id' | 'userId' | 'createdAt' | 'generation' | 'expiresAt' | 'amr' | 'owner' | 'keyThumbprint'
> & { readonly claims: Claims | undefined };

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** Nobody is surprised by the device on which they signed up. */
function isNewDevice(device: string | null, earlier: readonly (string | null)[]): boolean {
  const isKnown = earlier.some((userAgent) => (deviceOf(userAgent)?.name ?? null) === device);
  return earlier.length > 0 && !isKnown;
}
