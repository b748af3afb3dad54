import type { Caller } from '../../kernel/caller.js';
import { type Count, limit } from '../../platform/limits/limit.js';
import type { KnownDevice } from '../known-devices/index.js';
import { PASSWORD_SETTINGS } from './password-settings.js';

export const SIGN_UP_PER_ADDRESS = limit(
  'sign-up-address',
  'address',
  (realm) => PASSWORD_SETTINGS.of(realm).limitSignUpPerAddress,
);
const PER_ADDRESS = limit(
  'sign-in-address',
  'address',
  (realm) => PASSWORD_SETTINGS.of(realm).limitSignInPerAddress,
);
const PER_ADDRESS_AND_ACCOUNT = limit(
  'sign-in-address-account',
  'account',
  (realm) => PASSWORD_SETTINGS.of(realm).limitSignInPerAddressAndAccount,
);
const PER_ACCOUNT = limit(
  'sign-in-account',
  'account',
  (realm) => PASSWORD_SETTINGS.of(realm).limitSignInPerAccount,
);
/** As many for each device that the user has, whatever strangers do. */
const PER_DEVICE = limit(
  'sign-in-device',
  'account',
  (realm) => PASSWORD_SETTINGS.of(realm).limitSignInPerAccount,
);

/** What one attempt to give a password counts against. */
export interface PasswordAttempt {
  /** Of the whole address: a right password gives this attempt back. */
  readonly shared: readonly Count[];
  /** Of whoever may be the owner: a right password forgives all that went before. */
  readonly own: readonly Count[];
  /** True unless it is the owner, signed in already or on a device of theirs. */
  readonly isStranger: boolean;
}

/** Who gives it, and from where. */
type Giver = Pick<Caller, 'ipAddress' | 'actorId'> & { readonly device?: KnownDevice | undefined };

/**
 * @param account what the caller says whose password it is; counted alike whether or not it is
 * known.
 * @param userId whose password it would be.
 */
export function passwordAttempt(
  account: string,
  userId: string | undefined,
  { ipAddress, actorId, device }: Giver,
): PasswordAttempt {
  // No stranger can use up what is the owner's: signed in already, or on a device of theirs.
  if (userId !== undefined && actorId === userId)
    return { shared: [], own: [PER_DEVICE.of(userId)], isStranger: false };
  if (userId !== undefined && device?.userId === userId)
    return { shared: [], own: [PER_DEVICE.of(device.deviceId)], isStranger: false };
  return {
    shared: [PER_ADDRESS.of(ipAddress)],
    own: [PER_ADDRESS_AND_ACCOUNT.of(ipAddress, account), PER_ACCOUNT.of(account)],
    isStranger: true,
  };
}
