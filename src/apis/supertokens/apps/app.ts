import type { Realm } from '../../../kernel/realm.js';
import type { JsonObject } from '../protocol/fields.js';
import type { CoreConfig } from './core-config.js';

/** A realm as this interface knows it, with its tenants. */
export interface App {
  /** `public` for the realm that AUTHGRAPH_SUPERTOKENS_REALM names. */
  readonly id: string;
  readonly realm: Realm;
  /** As it was set. */
  readonly settings: JsonObject;
  readonly config: CoreConfig;
  readonly tenants: ReadonlyMap<string, Tenant>;
}

export interface Tenant {
  readonly id: string;
  /** As it was set; what it leaves out is the app's. */
  readonly settings: JsonObject;
  readonly config: CoreConfig;
  /** Null: all. */
  readonly firstFactors: readonly string[] | null;
  readonly requiredSecondaryFactors: readonly string[] | null;
  readonly providers: readonly JsonObject[];
}
