import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { Hooks } from '../hooks/index.js';
import type { OneTimeTokens } from '../one-time-tokens/index.js';
import {
  type HashNewPassword,
  PASSWORD_METHOD,
  type ReplacePassword,
  type StoreAdditions,
} from '../password/index.js';
import type { IssuedSession, SessionIssuer } from '../sessions/index.js';
import { type Contact, findContact, type ProveAddress } from '../users/index.js';
import { INVITATION_TOKEN } from './invite-user.js';

export interface AcceptInvitationDeps {
  readonly database: Database;
  readonly tokens: OneTimeTokens;
  readonly hashNewPassword: HashNewPassword;
  readonly replace: ReplacePassword;
  readonly proveAddress: ProveAddress;
  readonly issuer: SessionIssuer;
  readonly hooks: Hooks;
  readonly additions: StoreAdditions;
}

/** Chooses the first password by the link of a mail, and signs in. */
export class AcceptInvitation {
  readonly #deps: AcceptInvitationDeps;

  constructor(deps: AcceptInvitationDeps) {
    this.#deps = deps;
  }

  /**
   * Rejects with TOKEN_REJECTED or RATE_LIMITED, and with WEAK_PASSWORD or REFUSED, after which the
   * link still works.
   */
  async run(
    realm: Realm,
    { token, password }: { readonly token: string; readonly password: string },
    caller: Caller,
  ): Promise<IssuedSession> {
    const { database, tokens, hashNewPassword, replace, proveAddress, issuer } = this.#deps;
    const { hooks, additions } = this.#deps;
    const purposes = [INVITATION_TOKEN];
    const found = await tokens.find(database, realm, purposes, token);
    const invited = await this.#ownerOf(database, realm, found.userId);
    const { userId, email } = invited;
    const facts = { email: email.typed, method: 'invitation' };
    const added = await hooks.beforeSignUp(realm, { ...facts, step: 'created' }, caller);
    const hash = await hashNewPassword(realm, password, email, caller);
    const { amr } = PASSWORD_METHOD;
    const admission = await hooks.admitSignUp(realm, { userId, amr, added, ...facts }, caller);
    return database.transaction(async (sql) => {
      await tokens.spend(sql, realm, purposes, token);
      await replace.first(sql, realm, invited, hash);
      const proven = { userId, address: email.normalized };
      await proveAddress.ownLink(sql, realm, proven, caller);
      await additions.run(sql, realm, userId, added);
      return issuer.open(sql, realm, admission, caller);
    });
  }

  async #ownerOf(sql: SqlExecutor, realm: Realm, userId: string | null): Promise<Contact> {
    const owner = userId === null ? undefined : await findContact(sql, realm, userId);
    if (owner !== undefined) return owner;
    const message = 'This invitation is of no use any more.';
    throw new AuthError('TOKEN_REJECTED', message, { reason: 'EXPIRED' });
  }
}
