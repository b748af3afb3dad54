import { feature } from '../../platform/feature.js';
import { knownDevices } from '../known-devices/index.js';
import { mail, mailingJob } from '../mail/index.js';
import { oneTimeTokens } from '../one-time-tokens/index.js';
import { password } from '../password/index.js';
import { users } from '../users/index.js';
import { PASSWORD_RESET_MAIL } from './password-reset.mail.js';
import { PasswordResetResolver } from './password-reset.resolver.js';
import { RESET_REQUESTED } from './password-reset-events.js';
import { RequestPasswordReset, SEND_RESET_LINK } from './request-password-reset.js';
import { ResetPassword } from './reset-password.js';

/** A new password for whoever reads the mail of the account's address. */
export const passwordReset = feature({
  name: 'password-reset',
  resolvers: [PasswordResetResolver],
  events: [RESET_REQUESTED],
  mails: [PASSWORD_RESET_MAIL],
  create({ database, jobs, limits, events, errors }, use) {
    const { mails } = use(mail);
    const { tokens } = use(oneTimeTokens);
    const { devices } = use(knownDevices);
    const { proveAddress } = use(users);
    const { hashNewPassword, replace, check } = use(password);
    const request = new RequestPasswordReset({ database, jobs, limits, events, mails, tokens });
    const hashing = { hashNewPassword, replace, check };
    const reset = new ResetPassword({ database, tokens, proveAddress, ...hashing });
    return {
      parts: {},
      resolvers: [new PasswordResetResolver({ errors, request, reset, devices })],
      jobs: [mailingJob(SEND_RESET_LINK, (...job) => request.sendLink(...job))],
    };
  },
});
