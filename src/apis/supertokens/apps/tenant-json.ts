import type { JsonObject } from '../protocol/fields.js';
import type { App, Tenant } from './app.js';
import { isEnabled } from './first-factors.js';

/** A tenant as SDKs of 5.1 and later know it. */
export function tenantJson(tenant: Tenant): JsonObject {
  const { id, firstFactors, requiredSecondaryFactors, providers, settings } = tenant;
  return {
    tenantId: id,
    thirdParty: { providers },
    ...(firstFactors === null ? {} : { firstFactors }),
    ...(requiredSecondaryFactors === null ? {} : { requiredSecondaryFactors }),
    coreConfig: settings,
  };
}

/** The same before there were factors to choose. */
export function olderTenantJson(tenant: Tenant): JsonObject {
  const { id, firstFactors, providers, settings } = tenant;
  return {
    tenantId: id,
    emailPassword: { enabled: isEnabled(firstFactors, 'emailpassword') },
    passwordless: { enabled: isEnabled(firstFactors, 'passwordless') },
    thirdParty: { enabled: isEnabled(firstFactors, 'thirdparty'), providers },
    coreConfig: settings,
  };
}

export function appJson(app: App): JsonObject {
  return { appId: app.id, tenants: [...app.tenants.values()].map(tenantJson) };
}

export function olderAppJson(app: App): JsonObject {
  return { appId: app.id, tenants: [...app.tenants.values()].map(olderTenantJson) };
}
