/** A realm's id stands in paths and in issuers: lower-case letters, digits and "-". */
export function isRealmId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}
