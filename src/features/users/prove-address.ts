import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { setVerified, voidUnverifiedPassword } from './contact.store.js';
import { USER_VERIFIED } from './user-events.js';

/** Whose address it turned out to be. */
export interface ProvenAddress {
  readonly userId: string;
  /** Normalised. */
  readonly address: string;
}

export interface ProveAddressDeps {
  readonly clock: Clock;
  readonly events: Events;
}

/** Notes that an address is a user's, in the transaction of whatever showed it. */
export class ProveAddress {
  readonly #deps: ProveAddressDeps;

  constructor(deps: ProveAddressDeps) {
    this.#deps = deps;
  }

  /** By a link that the account itself asked for. */
  async ownLink(
    sql: SqlExecutor,
    realm: Realm,
    proven: ProvenAddress,
    caller: Caller,
  ): Promise<void> {
    const { clock, events } = this.#deps;
    if (!(await setVerified(sql, realm, proven, clock.now()))) return;
    await events.emit(sql, realm, USER_VERIFIED, { caller, userId: proven.userId });
  }

  /**
   * By another way, such as a provider or a code: whoever set a password on the address without
   * ever showing it to be theirs may be a stranger who was there first, so that password is void.
   */
  async otherWay(
    sql: SqlExecutor,
    realm: Realm,
    proven: ProvenAddress,
    caller: Caller,
  ): Promise<void> {
    await voidUnverifiedPassword(sql, realm, proven);
    await this.ownLink(sql, realm, proven, caller);
  }
}
