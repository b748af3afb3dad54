import type { JsonObject } from '../protocol/fields.js';

/** What a token says beside the application's own claims. */
export interface AccessTokenContent {
  readonly version: string;
  readonly userId: string;
  readonly recipeUserId: string;
  readonly tenantId: string;
  readonly sessionHandle: string;
  readonly refreshTokenHash1: string;
  readonly parentRefreshTokenHash1: string | null;
  readonly antiCsrfToken: string | null;
  readonly claims: JsonObject;
  /** Seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}
