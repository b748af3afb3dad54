import type { AccessTokenClaims } from '@authgraph/sdk';
import type { EntityManager } from '@mikro-orm/sql';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Database } from '../../platform/database/database.js';
import type { SignAccessToken } from './access-token.js';
import { hashSecret, type RefreshTokenFormat, SECRET_SIZE } from './refresh-token.js';
import { insertSession, type StoredSession } from './session-store.js';

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

/** Where a request came from; shown to the user in their list of sessions. */
export interface Device {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** Whom a new session is for. */
export interface SessionOwner {
  readonly userId: string;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly amr: readonly string[];
}

export interface SessionIssuerOptions {
  readonly realmId: string;
  readonly idleTtlSeconds: number;
  readonly absoluteTtlSeconds: number;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly newId: NewId;
  readonly refreshTokens: RefreshTokenFormat;
  readonly signAccessToken: SignAccessToken;
}

/** Makes sessions and the tokens that belong to them. */
export class SessionIssuer {
  readonly #options: SessionIssuerOptions;

  constructor(options: SessionIssuerOptions) {
    this.#options = options;
  }

  /**
   * Signs the first tokens of a new session and stores it, in one statement, for a user who is stored already.
   * Signing comes first, so that a service without a key stores nothing. Given a unit of work, it stores in that one's transaction.
   */
  async open(
    database: Database,
    owner: SessionOwner,
    device: Device,
    within?: EntityManager,
  ): Promise<IssuedSession> {
    const { realmId, clock, randomness, newId } = this.#options;
    const now = clock.now();
    const secret = randomness(SECRET_SIZE);
    const absoluteExpiresAt = addSeconds(now, this.#options.absoluteTtlSeconds);
    const session = {
      id: newId(),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: earlier(this.idleExpiry(now), absoluteExpiresAt),
      absoluteExpiresAt,
      amr: [...owner.amr],
      generation: 0,
      currentHash: hashSecret(secret),
      ...device,
    };
    const issued = await this.#issue(
      { ...session, ...owner, amr: session.amr },
      owner.scopes,
      secret,
      now,
    );
    await insertSession(database, { ...session, realmId, userId: owner.userId }, within);
    return issued;
  }

  /** Signs tokens for a session whose refresh token was rotated; `secret` is the one that is current now. */
  async renew(
    session: StoredSession,
    scopes: readonly string[],
    secret: Buffer,
  ): Promise<IssuedSession> {
    return this.#issue(session, scopes, secret, this.#options.clock.now());
  }

  /** When a session that is used at `now` would run out from lying idle. */
  idleExpiry(now: Date): Date {
    return addSeconds(now, this.#options.idleTtlSeconds);
  }

  async #issue(
    session: Renewable,
    scopes: readonly string[],
    secret: Buffer,
    now: Date,
  ): Promise<IssuedSession> {
    const { id: sessionId, userId, generation } = session;
    const { token, claims, expiresAt } = await this.#options.signAccessToken(
      {
        userId,
        sessionId,
        authenticatedAt: session.createdAt,
        amr: session.amr,
        emailVerified: session.emailVerified,
        roles: session.roles,
        scopes,
      },
      now,
    );
    const tokens = {
      accessToken: token,
      accessTokenExpiresAt: expiresAt,
      refreshToken: this.#options.refreshTokens.write({ sessionId, generation, secret }),
      refreshTokenExpiresAt: session.expiresAt,
    };
    return { sessionId, userId, tokens, claims };
  }
}

type Renewable = Pick<
  StoredSession,
  'id' | 'userId' | 'createdAt' | 'generation' | 'expiresAt' | 'amr' | 'emailVerified'
> & {
  readonly roles: readonly string[];
};

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
