import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Presenter } from './refresh.policy.js';
import { SESSION_SETTINGS } from './session-settings.js';

/** The caller as one who presents a refresh token. */
export function presenterOf(
  realm: Realm,
  { userAgent, proofKey = null }: Caller,
  bearerAllowed: boolean,
  now: Date,
): Presenter {
  const { refreshGrace: graceSeconds } = SESSION_SETTINGS.of(realm);
  return { now, graceSeconds, userAgent, proofKey, bearerAllowed };
}
