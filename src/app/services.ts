import type { Credentials } from '../features/password/registry.js';
import type { EndedSessions } from '../features/sessions/ended-sessions.js';
import type { RefreshTokenFormat } from '../features/sessions/refresh-token.js';
import type { SessionIssuer } from '../features/sessions/session-issuer.js';
import type { KeyRing } from '../features/signing-keys/key-ring.js';
import type {
  KeyLifetimes,
  SigningAlgorithm,
} from '../features/signing-keys/signing-key.policy.js';
import type { Clock } from '../kernel/clock.js';
import type { NewId } from '../kernel/ids.js';
import type { Log } from '../kernel/log.js';
import type { Seal } from '../kernel/master-secret.js';
import type { Randomness } from '../kernel/randomness.js';
import type { Bus } from '../platform/bus/bus.js';
import type { Database } from '../platform/database/database.js';

/** What the flows work with: every part of the service that a use case may need, built once. */
export interface Services {
  readonly realmId: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly newId: NewId;
  readonly log: Log;
  readonly database: Database;
  readonly bus: Bus;
  readonly credentials: Credentials;
  readonly sessions: SessionIssuer;
  readonly refreshTokens: RefreshTokenFormat;
  readonly refreshGraceSeconds: number;
  readonly endedSessions: EndedSessions;
  readonly keys: KeyRing;
  readonly keySeal: Seal;
  readonly keyLifetimes: KeyLifetimes;
  readonly signingAlgorithm: SigningAlgorithm;
}
