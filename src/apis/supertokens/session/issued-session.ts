import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.js';
import type { App } from '../apps/app.js';
import type { CoreKeys } from '../keys/core-keys.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import type { JsonObject } from '../protocol/fields.js';
import type { AccessTokenContent } from './access-token-content.js';
import { signCoreToken } from './core-access-token.js';
import { type CoreRefreshTokens, sha256 } from './core-refresh-token.js';
import type { CoreSessionRow } from './core-session.store.js';
import { writeHandle } from './session-handle.js';

type Described = Pick<CoreSessionRow, 'id' | 'tenantId' | 'subject' | 'userId' | 'claims'>;

/** What an answer says of a session. */
export function describeSession(session: Described, version: CdiVersion): JsonObject {
  return {
    handle: writeHandle(session),
    userId: session.userId,
    ...(version >= 400 ? { recipeUserId: session.subject } : {}),
    userDataInJWT: JSON.parse(session.claims),
    ...(version >= 300 ? { tenantId: session.tenantId } : {}),
  };
}

/** Times of a token; those of an access token are whole seconds. */
export function describeAccessToken(token: string, { issuedAt, expiresAt }: Times): JsonObject {
  return { token, expiry: expiresAt * 1000, createdTime: issuedAt * 1000 };
}

type Times = Pick<AccessTokenContent, 'issuedAt' | 'expiresAt'>;

/** From when to when an access token that is made now is valid, in seconds. */
export function accessTimes(app: App, now: Date): Times {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return { issuedAt, expiresAt: issuedAt + Math.floor(app.config.accessTokenMs / 1000) };
}

export interface IssueDeps {
  readonly keys: CoreKeys;
  readonly clock: Clock;
  readonly refreshTokens: CoreRefreshTokens;
}

export interface Issue {
  readonly app: App;
  readonly session: Described & Pick<CoreSessionRow, 'usesStaticKey'>;
  /** Of access tokens. */
  readonly tokenVersion: string;
  readonly enableAntiCsrf: boolean;
  /** The refresh token that was presented; none for a new session. */
  readonly parent?: string;
  readonly refreshExpiresAt: Date;
}

export interface IssuedTokens {
  readonly accessToken: JsonObject;
  readonly refreshToken: JsonObject;
  readonly antiCsrfToken?: string;
}

/** Makes a refresh token, a child of the one that was presented, and an access token for it. */
export async function issueTokens(deps: IssueDeps, issue: Issue): Promise<IssuedTokens> {
  const { keys, clock, refreshTokens } = deps;
  const { app, session, parent, tokenVersion: version } = issue;
  const now = clock.now();
  const antiCsrfToken = issue.enableAntiCsrf ? randomUUID() : null;
  const parentRefreshTokenHash1 = parent === undefined ? null : sha256(parent);
  const refreshToken = refreshTokens.write(app.realm, {
    sessionHandle: writeHandle(session),
    parentRefreshTokenHash1: parentRefreshTokenHash1 ?? undefined,
    antiCsrfToken: antiCsrfToken ?? undefined,
  });
  const times = accessTimes(app, now);
  const accessToken = await signCoreToken(keys, app, session.usesStaticKey ? 'static' : 'dynamic', {
    version,
    userId: session.userId,
    recipeUserId: session.subject,
    tenantId: session.tenantId,
    sessionHandle: writeHandle(session),
    refreshTokenHash1: sha256(refreshToken),
    parentRefreshTokenHash1,
    antiCsrfToken,
    claims: JSON.parse(session.claims),
    ...times,
  });
  return {
    accessToken: describeAccessToken(accessToken, times),
    refreshToken: {
      token: refreshToken,
      expiry: issue.refreshExpiresAt.getTime(),
      createdTime: now.getTime(),
    },
    ...(antiCsrfToken === null ? {} : { antiCsrfToken }),
  };
}
