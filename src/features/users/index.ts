import { feature } from '../../platform/feature.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { RequestLoader } from '../../platform/graphql/request-loader.js';
import { Identity, IdentityTenant } from './identity.entity.js';
import { ProveAddress } from './prove-address.js';
import { User } from './user.entity.js';
import { UserResolver } from './user.resolver.js';
import { findUsers } from './user.store.js';
import { USER_PROBLEMS } from './user-errors.js';
import { USER_EVENTS } from './user-events.js';
import { UserIdentitiesResolver } from './user-identities.resolver.js';
import { findIdentities } from './user-identities.store.js';
import { UserLanguageResolver } from './user-language.resolver.js';
import type { User as UserType } from './user-type.js';

export { addUser } from './add-user.js';
export { type Contact, changeAddress, findContact, findContactByAddress } from './contact.store.js';
export { type Email, localPart, parseEmail, searchForm } from './email.js';
export { Identity } from './identity.entity.js';
export { isAddressTaken, lockAddress, lockAddresses, PUBLIC_TENANT } from './identity.store.js';
export type { IdentityMethod } from './identity-method.js';
export { maySeeUser } from './may-see-user.policy.js';
export type { ProveAddress } from './prove-address.js';
export { User as StoredUser } from './user.entity.js';
export { EmailTaken, InvalidEmail } from './user-errors.js';
export {
  USER_CREATED,
  USER_DELETED,
  USER_DISABLED,
  USER_ENABLED,
  USER_UPDATED,
} from './user-events.js';
export { AccountDeleted, UserUpdated } from './user-results.js';
export { User } from './user-type.js';

/** Resolves to the user of that id in the request's realm; null when there is none. */
export type FindUser = (context: RequestContext, id: string) => Promise<UserType | null>;

/** Who: users, the identities by which they are known, and what is shown of them. */
export const users = feature({
  name: 'users',
  entities: [User, Identity, IdentityTenant],
  resolvers: [UserResolver, UserIdentitiesResolver, UserLanguageResolver],
  problems: USER_PROBLEMS,
  events: USER_EVENTS,
  create({ database, clock, events }) {
    const loader = new RequestLoader((realm, ids) => findUsers(database, realm, ids));
    const identities = new RequestLoader((realm, ids) => findIdentities(database, realm, ids));
    const find: FindUser = async (context, id) => {
      const user = await loader.load(context, id);
      return user === undefined ? null : { id: user.id };
    };
    return {
      parts: { find, proveAddress: new ProveAddress({ clock, events }) },
      resolvers: [
        new UserResolver(loader),
        new UserIdentitiesResolver(identities),
        new UserLanguageResolver(database, events),
      ],
      references: { User: ({ id }, context) => find(context, id) },
    };
  },
});
