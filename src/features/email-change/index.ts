import { feature } from '../../platform/feature.js';
import { mail, mailingJob } from '../mail/index.js';
import { oneTimeTokens } from '../one-time-tokens/index.js';
import { password } from '../password/index.js';
import { sessions } from '../sessions/index.js';
import { ConfirmEmailChange } from './confirm-email-change.js';
import {
  EMAIL_CHANGE_MAIL,
  EMAIL_CHANGE_REQUESTED_MAIL,
  EMAIL_CHANGED_MAIL,
} from './email-change.mail.js';
import { EmailChangeResolver } from './email-change.resolver.js';
import { RequestEmailChange, SEND_CHANGE_LINK } from './request-email-change.js';

/** Another address for a user, once they show that it is theirs. */
export const emailChange = feature({
  name: 'email-change',
  resolvers: [EmailChangeResolver],
  mails: [EMAIL_CHANGE_MAIL, EMAIL_CHANGE_REQUESTED_MAIL, EMAIL_CHANGED_MAIL],
  create({ database, clock, events, jobs, limits, errors }, use) {
    const { mails } = use(mail);
    const { tokens } = use(oneTimeTokens);
    const { endSessions } = use(sessions);
    const { confirm: identity } = use(password);
    const shared = { database, mails, tokens };
    const request = new RequestEmailChange({ ...shared, jobs, limits, confirm: identity });
    const confirm = new ConfirmEmailChange({ ...shared, clock, events, endSessions });
    return {
      parts: {},
      resolvers: [new EmailChangeResolver({ errors, request, confirm })],
      jobs: [mailingJob(SEND_CHANGE_LINK, (...job) => request.sendLink(...job))],
    };
  },
});
