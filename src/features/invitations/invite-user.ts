import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Mails } from '../mail/index.js';
import { type OneTimeTokens, TOKEN_SETTINGS, tokenPurpose } from '../one-time-tokens/index.js';
import type { AddPasswordUser } from '../password/index.js';
import type { Roles } from '../roles/index.js';
import { parseEmail } from '../users/index.js';
import { ACCEPT_INVITATION_PAGE, INVITATION_MAIL } from './invitation.mail.js';
import { USER_INVITED } from './invitation-events.js';

export const INVITATION_TOKEN = tokenPurpose(
  'accept-invitation',
  (realm) => TOKEN_SETTINGS.of(realm).invitationTtl,
);

export interface InviteUserDeps {
  readonly database: Database;
  readonly events: Events;
  readonly roles: Roles;
  readonly addUser: AddPasswordUser;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
}

/** Makes a user who chooses their password by the link of a mail. */
export class InviteUser {
  readonly #deps: InviteUserDeps;

  constructor(deps: InviteUserDeps) {
    this.#deps = deps;
  }

  /** Resolves to the user's id. Rejects with INVALID_EMAIL, EMAIL_TAKEN or INVALID_ROLE. */
  async run(
    realm: Realm,
    input: { readonly email: string; readonly roles: readonly string[] },
    caller: Caller,
  ): Promise<string> {
    const { database, events, roles: known, addUser, mails, tokens } = this.#deps;
    const email = parseEmail(input.email);
    if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
    const roles = [...new Set(input.roles)];
    return database.transaction(async (sql) => {
      await known.assertKnown(sql, realm, roles);
      // The caller's language says nothing about the language of whom they invite.
      const userId = await addUser.run(sql, realm, { email, roles }, { ...caller, language: null });
      const issued = await tokens.issue(sql, realm, INVITATION_TOKEN, { userId, data: {} });
      const { token, expiresAt: validUntil } = issued;
      const link = mails.link(realm, ACCEPT_INVITATION_PAGE, token);
      const data = { email: email.typed, link, validUntil: validUntil.toISOString() };
      const { language } = caller;
      const addressed = { to: email.typed, userId, language, data, validUntil };
      await mails.send(sql, realm, INVITATION_MAIL, addressed);
      await events.emit(sql, realm, USER_INVITED, { caller, userId });
      return userId;
    });
  }
}
