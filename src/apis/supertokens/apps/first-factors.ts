import { refuse } from '../protocol/core-error.js';
import type { Call } from '../protocol/endpoint.js';

type Method = 'emailpassword' | 'thirdparty' | 'passwordless';

const FACTORS: Readonly<Record<Method, readonly string[]>> = {
  emailpassword: ['emailpassword'],
  thirdparty: ['thirdparty'],
  passwordless: ['otp-email', 'otp-phone', 'link-email', 'link-phone'],
};
const NAMES: Readonly<Record<Method, string>> = {
  emailpassword: 'Email password',
  thirdparty: 'ThirdParty',
  passwordless: 'Passwordless',
};
/** From this version of the interface on the SDK checks the factors. */
const UNCHECKED_SINCE = 501;

export function isEnabled(firstFactors: readonly string[] | null, method: Method): boolean {
  return firstFactors === null || firstFactors.some((factor) => FACTORS[method].includes(factor));
}

/** Refuses a way to sign in that the tenant does not have, to SDKs that leave that to the core. */
export function assertFactor({ tenant, version }: Call, method: Method): void {
  if (version >= UNCHECKED_SINCE || isEnabled(tenant.firstFactors, method)) return;
  refuse(403, `${NAMES[method]} login not enabled for tenant`);
}
