import type { Caller } from '../../kernel/caller.js';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { AuthEvent, Events } from '../../platform/events/events.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import type { ManageUsers } from '../administration/index.js';
import type { Mails } from '../mail/index.js';
import type { ConfirmIdentity } from '../password/index.js';
import { type EndSessions, SIGNED_IN } from '../sessions/index.js';
import { type Contact, findContact, USER_DELETED } from '../users/index.js';
import { ACCOUNT_DELETED_MAIL, DELETION_SCHEDULED_MAIL } from './account-deletion.mail.js';
import { DELETION_CANCELLED, DELETION_REQUESTED } from './account-deletion-events.js';
import { ACCOUNT_DELETION_SETTINGS } from './account-deletion-settings.js';
import { cancelDeletion, isDeletionDue, setDeletionDue } from './deletion.store.js';

export interface DueDeletion {
  readonly userId: string;
  readonly caller: Caller;
}

export const DELETE_ACCOUNT = jobType<DueDeletion>(
  'account-deletion.delete',
  'Deletes an account whose time of grace is over',
);

export interface DeleteMyAccountDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly mails: Mails;
  readonly confirm: ConfirmIdentity;
  readonly users: ManageUsers;
  readonly endSessions: EndSessions;
}

/** Deletes the account of a signed-in user: at once, or when the realm's time of grace is over. */
export class DeleteMyAccount {
  readonly #deps: DeleteMyAccountDeps;

  constructor(deps: DeleteMyAccountDeps) {
    this.#deps = deps;
  }

  /** Rejects with INVALID_CREDENTIALS, LAST_ADMINISTRATOR or RATE_LIMITED. */
  async run(
    realm: Realm,
    viewer: { readonly userId: string; readonly sessionId: string },
    password: string,
    caller: Caller,
  ): Promise<void> {
    const { confirm, users } = this.#deps;
    const owner = await confirm.run(realm, viewer, password, caller);
    const { deletionGrace } = ACCOUNT_DELETION_SETTINGS.of(realm);
    if (deletionGrace === 0) await users.delete(realm, owner.userId, caller);
    else await this.#schedule(realm, owner, deletionGrace, caller);
  }

  /** What the job does once the time of grace is over: nothing, if the user has come back. */
  async deleteDue(realm: Realm, { userId, caller }: DueDeletion): Promise<void> {
    const { database, clock, users } = this.#deps;
    if (await isDeletionDue(database, realm, userId, clock.now()))
      await users.delete(realm, userId, caller);
  }

  /** Signing in is coming back; who deleted their own account is told. */
  async hear(sql: SqlExecutor, { type, realm, userId, caller }: AuthEvent): Promise<void> {
    if (userId === null) return;
    if (type === SIGNED_IN) await this.#cancel(sql, realm, userId, caller);
    if (type === USER_DELETED && caller.actorId === userId) await this.#tell(sql, realm, userId);
  }

  async #schedule(realm: Realm, owner: Contact, grace: number, caller: Caller): Promise<void> {
    const { clock, events, jobs, mails, users, endSessions } = this.#deps;
    const { userId, email, language } = owner;
    const dueAt = addSeconds(clock.now(), grace);
    await users.change(realm, userId, async (sql, user) => {
      await users.keepAdministrator(sql, realm, user);
      await setDeletionDue(sql, realm, userId, dueAt);
      await endSessions.run(sql, realm, { userId }, 'user_deleted', caller);
      const details = { dueAt: dueAt.toISOString() };
      await events.emit(sql, realm, DELETION_REQUESTED, { caller, userId, details });
      await jobs.send(sql, realm, DELETE_ACCOUNT, { userId, caller }, { startAfter: dueAt });
      const data = { ...details, email: email.typed, appUrl: mails.appUrl(realm) };
      const addressed = { to: email.typed, userId, language, data };
      await mails.send(sql, realm, DELETION_SCHEDULED_MAIL, addressed);
    });
  }

  async #cancel(sql: SqlExecutor, realm: Realm, userId: string, caller: Caller): Promise<void> {
    const isPossible = ACCOUNT_DELETION_SETTINGS.of(realm).deletionGrace > 0;
    if (!isPossible || !(await cancelDeletion(sql, realm, userId))) return;
    await this.#deps.events.emit(sql, realm, DELETION_CANCELLED, { caller, userId });
  }

  async #tell(sql: SqlExecutor, realm: Realm, userId: string): Promise<void> {
    const owner = await findContact(sql, realm, userId);
    if (owner === undefined) return;
    const { email, language } = owner;
    const addressed = { to: email.typed, userId, language, data: { email: email.typed } };
    await this.#deps.mails.send(sql, realm, ACCOUNT_DELETED_MAIL, addressed);
  }
}
