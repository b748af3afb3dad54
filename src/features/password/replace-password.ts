import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Mails } from '../mail/index.js';
import type { OneTimeTokens } from '../one-time-tokens/index.js';
import type { EndSessions } from '../sessions/index.js';
import type { Contact } from '../users/index.js';
import { setPassword } from './password.store.js';
import { PASSWORD_CHANGED_MAIL } from './password-changed.mail.js';
import { PASSWORD_CHANGED } from './password-events.js';

export interface ReplacePasswordDeps {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
  readonly endSessions: EndSessions;
}

/** Which of the user's sessions go on with the new password. */
export type SessionsKept = 'none' | 'all' | { readonly sessionId: string };

/**
 * Gives a user another password, in the caller's transaction: links that were sent before work no
 * more, and the owner is told.
 */
export class ReplacePassword {
  readonly #deps: ReplacePasswordDeps;

  constructor(deps: ReplacePasswordDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many sessions it ended. */
  async run(
    sql: SqlExecutor,
    realm: Realm,
    owner: Contact,
    { hash, keep }: { readonly hash: string; readonly keep: SessionsKept },
    caller: Caller,
  ): Promise<number> {
    const { clock, events, mails, tokens } = this.#deps;
    const { userId, email, language } = owner;
    await this.first(sql, realm, owner, hash);
    await tokens.expireAll(sql, realm, userId);
    const ended = await this.#endSessions(sql, realm, userId, keep, caller);
    await events.emit(sql, realm, PASSWORD_CHANGED, { caller, userId });
    const data = { email: email.typed, at: clock.now().toISOString() };
    await mails.send(sql, realm, PASSWORD_CHANGED_MAIL, {
      to: email.typed,
      userId,
      language,
      data,
    });
    return ended;
  }

  /** A first password, of which nobody needs to be told. */
  async first(
    sql: SqlExecutor,
    realm: Realm,
    { userId, email }: Pick<Contact, 'userId' | 'email'>,
    hash: string,
  ): Promise<void> {
    const { clock, newId } = this.#deps;
    await setPassword(sql, realm, { userId, email, hash, newIdentityId: newId() }, clock.now());
  }

  async #endSessions(
    sql: SqlExecutor,
    realm: Realm,
    userId: string,
    keep: SessionsKept,
    caller: Caller,
  ): Promise<number> {
    if (keep === 'all') return 0;
    const which = keep === 'none' ? { userId } : { userId, exceptId: keep.sessionId };
    return this.#deps.endSessions.run(sql, realm, which, 'password_changed', caller);
  }
}
