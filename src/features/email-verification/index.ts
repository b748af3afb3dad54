import { feature } from '../../platform/feature.js';
import { mail } from '../mail/index.js';
import { oneTimeTokens } from '../one-time-tokens/index.js';
import { password } from '../password/index.js';
import { users } from '../users/index.js';
import { VERIFY_EMAIL_MAIL } from './email-verification.mail.js';
import { EmailVerificationResolver } from './email-verification.resolver.js';
import { RequestEmailVerification } from './request-email-verification.js';
import { VerifyEmail } from './verify-email.js';

export { EmailVerified, VerifyEmailResult } from './email-verification-types.js';

/** Showing that an address is one's own. */
export const emailVerification = feature({
  name: 'email-verification',
  resolvers: [EmailVerificationResolver],
  mails: [VERIFY_EMAIL_MAIL],
  create({ database, limits, errors }, use) {
    const { mails } = use(mail);
    const { tokens } = use(oneTimeTokens);
    const { proveAddress } = use(users);
    const { confirmSignUp } = use(password);
    const request = new RequestEmailVerification({ database, limits, mails, tokens });
    const verify = new VerifyEmail({ database, tokens, proveAddress, confirmSignUp });
    return {
      parts: {},
      resolvers: [new EmailVerificationResolver({ errors, request, verify })],
    };
  },
});
