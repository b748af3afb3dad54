import type { CdiVersion } from '../protocol/cdi-version.js';
import type { JsonObject } from '../protocol/fields.js';
import type { LoginMethod } from './login-method.store.js';
import { PHONE, providerOf, recipeOf } from './methods.js';

/** A user as SDKs of a version know them, from all of their login methods. */
export function userJson(methods: readonly LoginMethod[], version: CdiVersion): JsonObject {
  const [first] = methods;
  if (first === undefined) throw new Error('a user has a login method');
  return version >= 400 ? userWithMethods(first, methods, version) : singleUser(first, version);
}

function userWithMethods(
  first: LoginMethod,
  methods: readonly LoginMethod[],
  version: CdiVersion,
): JsonObject {
  const webauthn = version >= 503 ? { webauthn: { credentialIds: [] } } : {};
  return {
    id: first.userId,
    isPrimaryUser: first.isPrimary,
    tenantIds: unique(methods.flatMap(({ tenantIds }) => tenantIds)),
    timeJoined: first.joinedAt,
    emails: unique(methods.flatMap(({ email }) => email ?? [])),
    phoneNumbers: unique(methods.flatMap((method) => phoneOf(method) ?? [])),
    thirdParty: methods.flatMap((method) => thirdPartyOf(method) ?? []),
    ...webauthn,
    loginMethods: methods.map((method) => ({
      tenantIds: method.tenantIds,
      recipeUserId: method.subject,
      verified: method.verified,
      timeJoined: method.joinedAt,
      recipeId: recipeOf(method.method),
      ...accountOf(method),
    })),
  };
}

function singleUser(method: LoginMethod, version: CdiVersion): JsonObject {
  return {
    id: method.subject,
    timeJoined: method.joinedAt,
    ...(version >= 300 ? { tenantIds: method.tenantIds } : {}),
    ...accountOf(method),
  };
}

function accountOf(method: LoginMethod): JsonObject {
  const [phoneNumber, thirdParty] = [phoneOf(method), thirdPartyOf(method)];
  return {
    ...(method.email === null ? {} : { email: method.email }),
    ...(phoneNumber === null ? {} : { phoneNumber }),
    ...(thirdParty === null ? {} : { thirdParty }),
  };
}

function phoneOf({ method, identifier, phone }: LoginMethod): string | null {
  return method === PHONE ? identifier : phone;
}

function thirdPartyOf({ method, identifier }: LoginMethod): JsonObject | null {
  return recipeOf(method) === 'thirdparty' ? { id: providerOf(method), userId: identifier } : null;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
