/** The recipes that a login method may belong to. */
export type RecipeId = 'emailpassword' | 'passwordless' | 'thirdparty';
export const RECIPE_IDS: readonly string[] = [
  'emailpassword',
  'passwordless',
  'thirdparty',
  'webauthn',
];

/** What `identities.method` holds where it is not the name of a provider. */
export const PASSWORD = 'password';
export const EMAIL = 'email';
export const PHONE = 'phone';
const OWN = new Set([PASSWORD, EMAIL, PHONE]);
const PREFIX = 'thirdparty:';

export function recipeOf(method: string): RecipeId {
  if (method === PASSWORD) return 'emailpassword';
  return method === EMAIL || method === PHONE ? 'passwordless' : 'thirdparty';
}

/** A provider may have any name, one of ours too. */
export function methodOfProvider(providerId: string): string {
  const isOurs = OWN.has(providerId) || providerId.startsWith(PREFIX);
  return isOurs ? `${PREFIX}${providerId}` : providerId;
}

export function providerOf(method: string): string {
  return method.startsWith(PREFIX) ? method.slice(PREFIX.length) : method;
}
