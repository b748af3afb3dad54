import { feature } from '../../platform/feature.js';
import { hooks as hooksFeature } from '../hooks/index.js';
import { mail } from '../mail/index.js';
import { oneTimeTokens } from '../one-time-tokens/index.js';
import { password } from '../password/index.js';
import { roles as rolesFeature } from '../roles/index.js';
import { sessions } from '../sessions/index.js';
import { users } from '../users/index.js';
import { AcceptInvitation } from './accept-invitation.js';
import { INVITATION_MAIL } from './invitation.mail.js';
import { USER_INVITED } from './invitation-events.js';
import { InvitationsResolver } from './invitations.resolver.js';
import { InviteUser } from './invite-user.js';

export type { InviteUser } from './invite-user.js';

/** Users whom somebody else makes, and who choose their own password. */
export const invitations = feature({
  name: 'invitations',
  resolvers: [InvitationsResolver],
  events: [USER_INVITED],
  mails: [INVITATION_MAIL],
  create({ database, events, errors }, use) {
    const { mails } = use(mail);
    const { tokens } = use(oneTimeTokens);
    const { proveAddress } = use(users);
    const { roles } = use(rolesFeature);
    const { issuer, tokens: delivery } = use(sessions);
    const { hooks } = use(hooksFeature);
    const { addUser, additions, hashNewPassword, replace } = use(password);
    const invite = new InviteUser({ database, events, roles, addUser, mails, tokens });
    const accept = new AcceptInvitation({
      database,
      tokens,
      proveAddress,
      issuer,
      hashNewPassword,
      replace,
      hooks,
      additions,
    });
    return {
      parts: { invite },
      resolvers: [new InvitationsResolver({ errors, delivery, accept })],
    };
  },
});
