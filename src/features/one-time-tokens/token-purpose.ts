import type { Realm } from '../../kernel/realm.js';

/** What a token is good for, and nothing else. */
export interface TokenPurpose<Data extends object = object> {
  /** Such as `reset-password`. */
  readonly name: string;
  /** How long it is good, in seconds. */
  readonly ttl: (realm: Realm) => number;
  /** Whether a new one makes those expire that were sent before it. */
  readonly replacesOlder: boolean;
  /** Carries the type of what goes with it, and is never there. */
  readonly data?: Data;
}

export function tokenPurpose<Data extends object = Record<never, never>>(
  name: string,
  ttl: TokenPurpose['ttl'],
  { replacesOlder = true }: { readonly replacesOlder?: boolean } = {},
): TokenPurpose<Data> {
  return { name, ttl, replacesOlder };
}
