import { importableHash } from '../../../features/password/index.js';
import { EMAIL, methodOfProvider, PASSWORD, PHONE } from '../users/methods.js';
import type { AdoptedMembership, AdoptedUser } from './adopt-users.store.js';
import type { CoreUser } from './core-source.store.js';

interface Identifier {
  readonly method: string;
  readonly subject: string;
}

/** The ways by which a login method of the core is known: one, or an address and a number. */
function identifiersOf(user: CoreUser): Identifier[] {
  const { passwordHash, providerId, providerUserId, email, phone } = user;
  if (passwordHash !== null && email !== null) return [{ method: PASSWORD, subject: email }];
  if (providerId !== null && providerUserId !== null) {
    return [{ method: methodOfProvider(providerId), subject: providerUserId }];
  }
  return [
    ...(email === null ? [] : [{ method: EMAIL, subject: email }]),
    ...(phone === null ? [] : [{ method: PHONE, subject: phone }]),
  ];
}

/** Undefined for a user of whom no recipe knows anything any more. */
export function adoptedUser(
  user: CoreUser,
  { now, firebaseSignerKey }: { readonly now: Date; readonly firebaseSignerKey?: string },
): { user: AdoptedUser; memberships: AdoptedMembership[] } | undefined {
  const identifiers = identifiersOf(user);
  const [first] = identifiers;
  if (first === undefined) return undefined;
  const { id, ownerId, isPrimary, externalId, externalIdInfo, email, passwordHash } = user;
  const isoOf = (ms: string) => new Date(Number(ms)).toISOString();
  const adopted = {
    ...{ id, ownerId, isPrimary, externalId, externalIdInfo, email, ...first },
    phone: user.phone,
    joinedAt: isoOf(user.joined),
    ownerJoinedAt: isoOf(user.ownerJoined),
    verifiedAt: user.verified ? now.toISOString() : null,
    hash: passwordHash === null ? null : (importableHash(passwordHash, firebaseSignerKey) ?? null),
  };
  const memberships = user.tenants.flatMap((tenantId) =>
    identifiers.map((identifier) => ({ id, tenantId, ...identifier })),
  );
  return { user: adopted, memberships };
}
