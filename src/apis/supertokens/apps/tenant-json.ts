import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { App, Tenant } from './app.js';
import { isEnabled } from './first-factors.js';

/** A tenant as SDKs of 5.1 and later know it. */
export function tenantJson(app: App, tenant: Tenant): JsonObject {
  const { id, firstFactors, requiredSecondaryFactors, providers } = tenant;
  return {
    tenantId: id,
    thirdParty: { providers },
    ...(firstFactors === null ? {} : { firstFactors }),
    ...(requiredSecondaryFactors === null ? {} : { requiredSecondaryFactors }),
    coreConfig: settingsOf(app, tenant),
  };
}

/** The same before there were factors to choose. */
export function olderTenantJson(app: App, tenant: Tenant): JsonObject {
  const { id, firstFactors, providers } = tenant;
  return {
    tenantId: id,
    emailPassword: { enabled: isEnabled(firstFactors, 'emailpassword') },
    passwordless: { enabled: isEnabled(firstFactors, 'passwordless') },
    thirdParty: { enabled: isEnabled(firstFactors, 'thirdparty'), providers },
    coreConfig: settingsOf(app, tenant),
  };
}

export function appJson(app: App): JsonObject {
  return {
    appId: app.id,
    tenants: [...app.tenants.values()].map((tenant) => tenantJson(app, tenant)),
  };
}

export function olderAppJson(app: App): JsonObject {
  return {
    appId: app.id,
    tenants: [...app.tenants.values()].map((tenant) => olderTenantJson(app, tenant)),
  };
}

/** An app's own are those of its public tenant. */
function settingsOf({ settings }: App, tenant: Tenant): JsonObject {
  return tenant.id === PUBLIC ? { ...settings, ...tenant.settings } : tenant.settings;
}
