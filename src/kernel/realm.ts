/** The realm that the first migration makes. It answers at the paths without a realm in them. */
export const DEFAULT_REALM = 'default';

/** An isolated set of users, sessions, keys and settings. Everything stored belongs to one. */
export interface Realm {
  readonly id: string;
  /** Its public URL: `iss` of its tokens. */
  readonly issuer: string;
  /** The process's settings with what the realm overrides; a feature reads its own of them. */
  readonly settings: SettingValues;
}

/** Settings by name, parsed. */
export type SettingValues = Readonly<Record<string, unknown>>;

/** What stands before the paths of a realm's API; nothing for the default one. */
export function realmPath(id: string): string {
  return id === DEFAULT_REALM ? '' : `/realms/${id}`;
}
