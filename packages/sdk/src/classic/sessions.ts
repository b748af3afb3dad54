import type { KeySource } from '../token/verify-access-token.js';
import { readAccessToken } from './access-token.js';
import type { Core, CoreCall, JsonObject } from './core.js';
import {
  CLASSIC_ERRORS,
  ClassicError,
  generalError,
  type StolenSession,
  tryRefreshToken,
  unauthorised,
} from './errors.js';

/** Who is signed in, and what the access token carries. */
export interface SessionInfo {
  readonly handle: string;
  readonly userId: string;
  readonly jwtPayload: JsonObject;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface NewSession {
  readonly session: SessionInfo;
  readonly accessToken: Token;
  readonly refreshToken: Token;
  /** By which a browser knows that it has a session. It opens nothing. */
  readonly idRefreshToken: Token;
  /** Undefined where anti-CSRF tokens are off. */
  readonly antiCsrfToken: string | undefined;
}

export interface FoundSession {
  readonly session: SessionInfo;
  /** To be delivered, where there is one: the first use of a token after a refresh renews it. */
  readonly newAccessToken?: Token;
}

export interface SessionsOptions {
  readonly core: Core;
  readonly keys: Pick<KeySource, 'get'>;
  readonly enableAntiCsrf: boolean;
  readonly checkDatabase: boolean;
}

/** The sessions of an application, on authgraph. */
export class ClassicSessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async create(userId: string, claims: JsonObject, data: JsonObject): Promise<NewSession> {
    const { enableAntiCsrf } = this.#options;
    const body = { userId, userDataInJWT: claims, userDataInDatabase: data, enableAntiCsrf };
    const answer = await this.#call({ method: 'POST', path: '/recipe/session', body });
    return newSessionOf(answer);
  }

  /** `antiCsrfToken`: null leaves it unchecked, as for requests that change nothing. */
  async get(accessToken: string, antiCsrfToken: string | null): Promise<FoundSession> {
    const { keys, enableAntiCsrf, checkDatabase } = this.#options;
    const token = await readAccessToken(keys, accessToken);
    const isChecked = enableAntiCsrf && antiCsrfToken !== null;
    if (isChecked && token.antiCsrfToken !== antiCsrfToken) {
      throw tryRefreshToken('The anti-CSRF token is missing, or another one.');
    }
    const { handle, userId, jwtPayload } = token;
    if (token.isSettled && !checkDatabase) return { session: { handle, userId, jwtPayload } };
    // Checked above: for the service it is the same request.
    const flags = { doAntiCsrfCheck: false, enableAntiCsrf, checkDatabase };
    const body = { accessToken, ...flags };
    const answer = await this.#call({ method: 'POST', path: '/recipe/session/verify', body });
    const session = sessionOf(answer);
    const renewed = answer.accessToken;
    return renewed === undefined ? { session } : { session, newAccessToken: tokenOf(renewed) };
  }

  async refresh(refreshToken: string, antiCsrfToken?: string): Promise<NewSession> {
    const { enableAntiCsrf } = this.#options;
    const anti = antiCsrfToken === undefined ? {} : { antiCsrfToken };
    const body = { refreshToken, enableAntiCsrf, useDynamicSigningKey: true, ...anti };
    return newSessionOf(
      await this.#call({ method: 'POST', path: '/recipe/session/refresh', body }),
    );
  }

  /** Resolves to the handles of those that were there. */
  async revoke(which: { sessionHandles: string[] } | { userId: string }): Promise<string[]> {
    const answer = await this.#call({
      method: 'POST',
      path: '/recipe/session/remove',
      body: which,
    });
    return answer.sessionHandlesRevoked as string[]; // the service's own answer
  }

  async handlesOf(userId: string): Promise<string[]> {
    const call = { method: 'GET', path: '/recipe/session/user', query: { userId } } as const;
    return (await this.#call(call)).sessionHandles as string[]; // the service's own answer
  }

  async data(sessionHandle: string): Promise<JsonObject> {
    const call = { method: 'GET', path: '/recipe/session', query: { sessionHandle } } as const;
    return (await this.#call(call)).userDataInDatabase as JsonObject; // as it was stored
  }

  async updateData(sessionHandle: string, userDataInDatabase: JsonObject): Promise<void> {
    const body = { sessionHandle, userDataInDatabase };
    await this.#call({ method: 'PUT', path: '/recipe/session/data', body });
  }

  async #call(call: CoreCall): Promise<JsonObject> {
    const answer = await this.#options.core.call(call);
    if (answer.status === 'OK') return answer;
    const message = typeof answer.message === 'string' ? answer.message : String(answer.status);
    if (answer.status === 'UNAUTHORISED') throw unauthorised(message);
    if (answer.status === 'TRY_REFRESH_TOKEN') throw tryRefreshToken(message);
    if (answer.status !== 'TOKEN_THEFT_DETECTED') throw generalError(message);
    const { handle, userId } = answer.session as SessionInfo; // the service's own answer
    const stolen: StolenSession = { sessionHandle: handle, userId };
    throw new ClassicError(
      CLASSIC_ERRORS.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED,
      'A refresh token was used that had been replaced.',
      stolen,
    );
  }
}

function newSessionOf(answer: JsonObject): NewSession {
  const refreshToken = tokenOf(answer.refreshToken);
  const { antiCsrfToken } = answer;
  return {
    session: sessionOf(answer),
    accessToken: tokenOf(answer.accessToken),
    refreshToken,
    idRefreshToken: { value: crypto.randomUUID(), expires: refreshToken.expires },
    antiCsrfToken: typeof antiCsrfToken === 'string' ? antiCsrfToken : undefined,
  };
}

function sessionOf(answer: JsonObject): SessionInfo {
  const { handle, userId, userDataInJWT } = answer.session as JsonObject; // the service's own
  return { handle, userId, jwtPayload: userDataInJWT } as SessionInfo;
}

function tokenOf(value: unknown): Token {
  const { token, expiry } = value as { token: string; expiry: number }; // the service's own
  return { value: token, expires: expiry };
}
