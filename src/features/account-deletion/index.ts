import { feature } from '../../platform/feature.js';
import { jobHandler } from '../../platform/jobs/workers.js';
import { administration } from '../administration/index.js';
import { mail } from '../mail/index.js';
import { password } from '../password/index.js';
import { sessions } from '../sessions/index.js';
import { ACCOUNT_DELETED_MAIL, DELETION_SCHEDULED_MAIL } from './account-deletion.mail.js';
import { AccountDeletionResolver } from './account-deletion.resolver.js';
import { ACCOUNT_DELETION_EVENTS } from './account-deletion-events.js';
import { ACCOUNT_DELETION_SETTINGS } from './account-deletion-settings.js';
import { DELETE_ACCOUNT, DeleteMyAccount } from './delete-my-account.js';

/** Users who delete their own account. */
export const accountDeletion = feature({
  name: 'account-deletion',
  settings: ACCOUNT_DELETION_SETTINGS,
  resolvers: [AccountDeletionResolver],
  events: ACCOUNT_DELETION_EVENTS,
  mails: [ACCOUNT_DELETED_MAIL, DELETION_SCHEDULED_MAIL],
  create({ database, clock, events, jobs, errors }, use) {
    const { mails } = use(mail);
    const { confirm } = use(password);
    const { endSessions } = use(sessions);
    const { users } = use(administration);
    const shared = { database, clock, events, jobs, mails };
    const deletion = new DeleteMyAccount({ ...shared, confirm, users, endSessions });
    events.on((sql, event) => deletion.hear(sql, event));
    return {
      parts: {},
      resolvers: [new AccountDeletionResolver(errors, deletion)],
      jobs: [jobHandler(DELETE_ACCOUNT, (due, { realm }) => deletion.deleteDue(realm, due))],
    };
  },
});
