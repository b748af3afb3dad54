import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** As SuperTokens' core matches addresses; whether it is one, it does not ask. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** E.164 where it is a number, else as it is. */
export function normalPhone(phone: string): string {
  const trimmed = phone.trim();
  const parsed = parsePhoneNumberFromString(trimmed);
  return parsed?.isPossible() ? parsed.number : trimmed;
}

/** Addresses that SDKs make up for users of providers that give none. */
export function isFakeEmail(email: string): boolean {
  return email.endsWith('@stfakeemail.supertokens.com') || email.endsWith('.fakeemail.com');
}
