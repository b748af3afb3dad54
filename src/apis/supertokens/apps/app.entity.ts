import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const CoreAppSchema = defineEntity({
  name: 'CoreApp',
  tableName: 'supertokens_apps',
  properties: {
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** JSON: what it sets of a core's configuration. */
    settings: p.text(),
  },
});

/** A realm that was made over this interface. */
export class CoreApp extends CoreAppSchema.class {}
CoreAppSchema.setClass(CoreApp);

const CoreTenantSchema = defineEntity({
  name: 'CoreTenant',
  tableName: 'supertokens_tenants',
  properties: {
    id: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    /** JSON. */
    settings: p.text(),
    /** Null: all of them. */
    firstFactors: p.array().$type<string[]>().nullable(),
    requiredSecondaryFactors: p.array().$type<string[]>().nullable(),
    /** JSON: the providers of third-party sign-in. */
    providers: p.text(),
  },
});

/** A tenant of an app. `public` is there without a row. */
export class CoreTenant extends CoreTenantSchema.class {}
CoreTenantSchema.setClass(CoreTenant);
