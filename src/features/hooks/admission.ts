import type { Claims, TokenOwner } from '../../platform/hooks/hook-functions.js';

/**
 * Somebody who may have a session, since every hook has been asked. Sessions are opened for
 * nobody else, so that no way to sign in passes the hooks by.
 */
export class Admission {
  readonly userId: string;
  readonly amr: readonly string[];
  /** What the application wants the access token to say. */
  readonly claims: Claims | undefined;
  readonly #afterwards: (sessionId: string) => Promise<void>;

  constructor(
    { userId, amr }: Pick<TokenOwner, 'userId' | 'amr'>,
    claims: Claims | undefined,
    afterwards: (sessionId: string) => Promise<void>,
  ) {
    this.userId = userId;
    this.amr = amr;
    this.claims = claims;
    this.#afterwards = afterwards;
  }

  /** The session is stored for good. Never rejects. */
  opened(sessionId: string): Promise<void> {
    return this.#afterwards(sessionId);
  }
}
