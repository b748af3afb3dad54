import type { Realm } from '../../kernel/realm.js';
import { networkOf } from './network-of.js';
import type { Rate } from './rate.js';

/** A bound on how often one thing may be tried. Made once, beside the flow that it bounds. */
export interface Limit {
  /** Such as `sign-in-account`; a label of the metrics. */
  readonly name: string;
  /** Those per address alone are off in development, where everything comes from one. */
  readonly per: 'address' | 'account';
  readonly rate: (realm: Realm) => Rate;
  /**
   * What is counted together: an address (an IPv6 /64 counts as one), an account, a session, or
   * several of them. An operator at the command line has no address: with a null nothing counts.
   */
  of(...subject: readonly (string | null)[]): Count;
}

/** A limit, and whose attempts are counted. */
export interface Count {
  readonly limit: Limit;
  readonly subject: readonly string[] | null;
}

export function limit(name: string, per: Limit['per'], rate: Limit['rate']): Limit {
  const made: Limit = {
    name,
    per,
    rate,
    of: (...parts) => {
      const subject = parts.filter((part) => part !== null).map(networkOf);
      return { limit: made, subject: subject.length === parts.length ? subject : null };
    },
  };
  return made;
}
