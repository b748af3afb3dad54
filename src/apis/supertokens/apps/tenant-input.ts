import type { z } from 'zod';
import { refuse } from '../protocol/core-error.js';
import { type JsonObject, optionalFlag, optionalJsonObject, texts } from '../protocol/fields.js';
import type { Tenant } from './app.js';
import { isEnabled } from './first-factors.js';
import type { TenantChange } from './manage-tenants.js';

const factors = texts.nullable().optional();
const older = {
  emailPasswordEnabled: optionalFlag,
  thirdPartyEnabled: optionalFlag,
  passwordlessEnabled: optionalFlag,
};

/** What an app and a tenant may be given alike. */
export const TENANT_FIELDS = {
  coreConfig: optionalJsonObject,
  firstFactors: factors,
  requiredSecondaryFactors: factors,
  ...older,
};
type TenantFields = z.output<z.ZodObject<typeof TENANT_FIELDS>>;

/** Reads the factors of 5.1 and later. */
export function changeOf(input: TenantFields): TenantChange {
  for (const name of Object.keys(older)) {
    if (input[name as keyof typeof older] !== undefined) {
      refuse(400, `Field name '${name}' is invalid in JSON input`);
    }
  }
  const { firstFactors, requiredSecondaryFactors, coreConfig } = input;
  checkUnique('firstFactors', firstFactors);
  checkUnique('requiredSecondaryFactors', requiredSecondaryFactors);
  return { firstFactors, requiredSecondaryFactors, settings: coreConfig };
}

function checkUnique(name: string, values: readonly string[] | null | undefined): void {
  if (values && new Set(values).size < values.length) {
    refuse(400, `${name} input should not contain duplicate values`);
  }
}

/** The same of SDKs that only know which recipes are on. */
export function olderChangeOf(input: TenantFields, before: Tenant | undefined): TenantChange {
  const was = before?.firstFactors === undefined ? [] : before.firstFactors;
  const { emailPasswordEnabled, thirdPartyEnabled, passwordlessEnabled, coreConfig } = input;
  const isUnchanged = [emailPasswordEnabled, thirdPartyEnabled, passwordlessEnabled].every(
    (flag) => flag === undefined,
  );
  if (isUnchanged) return { settings: coreConfig };
  const emailPassword = emailPasswordEnabled ?? isEnabled(was, 'emailpassword');
  const thirdParty = thirdPartyEnabled ?? isEnabled(was, 'thirdparty');
  const passwordless = passwordlessEnabled ?? isEnabled(was, 'passwordless');
  const firstFactors = [
    ...(emailPassword ? ['emailpassword'] : []),
    ...(thirdParty ? ['thirdparty'] : []),
    ...(passwordless ? ['otp-email', 'otp-phone', 'link-email', 'link-phone'] : []),
  ];
  const isAll = emailPassword && thirdParty && passwordless;
  return { firstFactors: isAll ? null : firstFactors, settings: coreConfig };
}

const MAP_FIELDS = new Set([
  'authorizationEndpointQueryParams',
  'tokenEndpointBodyParams',
  'userInfoEndpointQueryParams',
  'userInfoEndpointHeaders',
]);

/** A provider as it is given back: without nulls, but in the maps that it sends on. */
export function normalProvider(config: JsonObject): JsonObject {
  const { thirdPartyId, clients, userInfoMap } = config;
  if (typeof thirdPartyId !== 'string')
    refuse(400, "Field name 'thirdPartyId' is invalid in JSON input");
  const kept = Object.entries(config).flatMap(([key, value]) => {
    if (value === null) return [];
    return [[key, MAP_FIELDS.has(key) ? value : withoutNulls(value)]];
  });
  return {
    ...Object.fromEntries(kept),
    clients: Array.isArray(clients) ? clients.map(withoutNulls) : [],
    userInfoMap: {
      fromIdTokenPayload: {},
      fromUserInfoAPI: {},
      ...(withoutNulls(userInfoMap ?? {}) as JsonObject), // an object goes in, one comes out
    },
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member)]));
}
