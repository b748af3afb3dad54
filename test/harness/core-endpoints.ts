/** An endpoint as the Core Driver Interface has it, with input that it takes. */
export interface CoreEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly scope: 'tenant' | 'app' | 'session';
  readonly rid?: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the input, what must be there. */
  readonly required: readonly string[];
  readonly since?: string;
  /** The last version that has it. */
  readonly until?: string;
  /** Fields that may be missing before a version. */
  readonly requiredSince?: Readonly<Record<string, number>>;
  /** Before 4.0 its `recipeUserId` is called `userId`. */
  readonly renamed?: true;
  /** Asks whether its tenant is there: an unknown one is an answer. */
  readonly absent?: true;
}

type Row = readonly [
  method: CoreEndpoint['method'],
  path: string,
  scope: CoreEndpoint['scope'],
  input?: Readonly<Record<string, unknown>>,
  required?: readonly string[],
  more?: Partial<CoreEndpoint>,
];

const ID = 'nobody';
const EMAIL = 'nobody@example.com';
const LINK = { recipeUserId: ID, primaryUserId: ID };
const TOKEN = { method: 'token', token: 'x' };

const ROWS: readonly Row[] = [
  [
    'POST',
    '/recipe/session',
    'tenant',
    { userId: ID, userDataInJWT: {}, userDataInDatabase: {}, enableAntiCsrf: false },
  ],
  [
    'POST',
    '/recipe/session/refresh',
    'session',
    { refreshToken: 'x', enableAntiCsrf: false, useDynamicSigningKey: true },
    ['refreshToken', 'enableAntiCsrf', 'useDynamicSigningKey'],
    { requiredSince: { useDynamicSigningKey: 500 } },
  ],
  [
    'POST',
    '/recipe/session/verify',
    'session',
    { accessToken: 'x', doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: false },
    ['accessToken', 'doAntiCsrfCheck', 'enableAntiCsrf', 'checkDatabase'],
    { requiredSince: { checkDatabase: 221 } },
  ],
  [
    'POST',
    '/recipe/session/regenerate',
    'session',
    { accessToken: 'x', userDataInJWT: {} },
    ['accessToken'],
  ],
  ['POST', '/recipe/session/remove', 'tenant', { sessionHandles: ['x'] }, []],
  ['GET', '/recipe/session', 'session', { sessionHandle: 'x' }],
  ['PUT', '/recipe/session/data', 'session', { sessionHandle: 'x', userDataInDatabase: {} }],
  ['PUT', '/recipe/jwt/data', 'session', { sessionHandle: 'x', userDataInJWT: {} }],
  ['GET', '/recipe/session/user', 'tenant', { userId: ID }],
  ['POST', '/recipe/handshake', 'tenant', {}, [], { until: '2.18' }],

  ['POST', '/recipe/signup', 'tenant', { email: EMAIL, password: 'x' }],
  ['POST', '/recipe/signin', 'tenant', { email: EMAIL, password: 'x' }],
  [
    'PUT',
    '/recipe/user',
    'app',
    { recipeUserId: ID, password: 'x' },
    ['recipeUserId'],
    { rid: 'emailpassword', renamed: true },
  ],
  [
    'POST',
    '/recipe/user/password/reset/token',
    'tenant',
    { userId: ID, email: EMAIL },
    ['userId', 'email'],
    { requiredSince: { email: 400 } },
  ],
  [
    'POST',
    '/recipe/user/password/reset/token/consume',
    'tenant',
    { token: 'x' },
    ['token'],
    { since: '4.0' },
  ],
  ['POST', '/recipe/user/password/reset', 'tenant', { ...TOKEN, newPassword: 'x' }],
  ['GET', '/recipe/user', 'tenant', { userId: ID }, [], { rid: 'emailpassword', until: '3.1' }],

  ['POST', '/recipe/user/email/verify/token', 'tenant', { userId: ID, email: EMAIL }],
  ['POST', '/recipe/user/email/verify', 'tenant', TOKEN],
  ['GET', '/recipe/user/email/verify', 'app', { userId: ID, email: EMAIL }],
  ['POST', '/recipe/user/email/verify/remove', 'app', { userId: ID, email: EMAIL }],
  ['POST', '/recipe/user/email/verify/token/remove', 'tenant', { userId: ID, email: EMAIL }],

  ['GET', '/recipe/user/metadata', 'app', { userId: ID }],
  ['PUT', '/recipe/user/metadata', 'app', { userId: ID, metadataUpdate: {} }],
  ['POST', '/recipe/user/metadata/remove', 'app', { userId: ID }],
  ['PUT', '/recipe/role', 'app', { role: 'reader', permissions: ['read'] }, ['role']],
  ['PUT', '/recipe/user/role', 'tenant', { userId: ID, role: 'reader' }],
  ['GET', '/recipe/user/roles', 'tenant', { userId: ID }],
  ['POST', '/recipe/user/role/remove', 'tenant', { userId: ID, role: 'reader' }],
  ['GET', '/recipe/role/users', 'tenant', { role: 'reader' }],
  ['GET', '/recipe/role/permissions', 'app', { role: 'reader' }],
  ['POST', '/recipe/role/permissions/remove', 'app', { role: 'reader' }],
  ['GET', '/recipe/permission/roles', 'app', { permission: 'read' }],
  ['POST', '/recipe/role/remove', 'app', { role: 'writer' }],
  ['GET', '/recipe/roles', 'app'],

  [
    'POST',
    '/recipe/signinup',
    'tenant',
    { thirdPartyId: 'google', thirdPartyUserId: 'g', email: { id: EMAIL, isVerified: true } },
  ],
  ['GET', '/recipe/user', 'tenant', { userId: ID }, [], { rid: 'thirdparty', until: '3.1' }],
  ['GET', '/recipe/user', 'tenant', { userId: ID }, [], { rid: 'passwordless', until: '3.1' }],
  ['GET', '/recipe/users/by-email', 'tenant', { email: EMAIL }, ['email'], { until: '3.1' }],
  ['POST', '/recipe/signinup/code', 'tenant', { email: EMAIL }, []],
  [
    'POST',
    '/recipe/signinup/code/consume',
    'tenant',
    { preAuthSessionId: 'x', linkCode: 'eA' },
    ['preAuthSessionId'],
  ],
  [
    'POST',
    '/recipe/signinup/code/check',
    'tenant',
    { preAuthSessionId: 'x', linkCode: 'eA' },
    ['preAuthSessionId'],
    { since: '5.0' },
  ],
  ['GET', '/recipe/signinup/codes', 'tenant', { email: EMAIL }, []],
  ['POST', '/recipe/signinup/code/remove', 'tenant', { codeId: 'x' }, []],
  ['POST', '/recipe/signinup/codes/remove', 'tenant', { email: EMAIL }, []],
  [
    'PUT',
    '/recipe/user',
    'app',
    { recipeUserId: ID, email: EMAIL },
    ['recipeUserId'],
    { rid: 'passwordless', renamed: true },
  ],

  [
    'POST',
    '/recipe/jwt',
    'app',
    { algorithm: 'RS256', payload: {}, jwksDomain: 'http://x', validity: 60 },
  ],
  ['GET', '/recipe/jwt/jwks', 'app'],
  ['POST', '/recipe/userid/map', 'app', { superTokensUserId: ID, externalUserId: 'ext' }],
  ['GET', '/recipe/userid/map', 'app', { userId: ID }],
  ['POST', '/recipe/userid/map/remove', 'app', { userId: ID }],
  ['PUT', '/recipe/userid/external-user-id-info', 'app', { userId: ID, externalUserIdInfo: 'x' }],

  ['GET', '/recipe/multitenancy/tenant', 'tenant', {}, [], { absent: true }],
  ['GET', '/recipe/multitenancy/tenant/v2', 'tenant', {}, [], { absent: true }],
  ['PUT', '/recipe/multitenancy/tenant', 'tenant', { tenantId: 't1' }],
  ['PUT', '/recipe/multitenancy/tenant/v2', 'tenant', { tenantId: 't1' }],
  ['POST', '/recipe/multitenancy/tenant/remove', 'tenant', { tenantId: 't2' }],
  ['PUT', '/recipe/multitenancy/app', 'app', {}],
  ['PUT', '/recipe/multitenancy/app/v2', 'app', {}],
  ['POST', '/recipe/multitenancy/app/remove', 'app', { appId: 'a2' }],
  ['GET', '/recipe/multitenancy/app/list', 'app'],
  ['GET', '/recipe/multitenancy/tenant/list', 'tenant'],
  ['GET', '/recipe/multitenancy/tenant/list/v2', 'tenant'],
  ['GET', '/recipe/multitenancy/app/list/v2', 'app'],
  [
    'POST',
    '/recipe/multitenancy/tenant/user',
    'tenant',
    { recipeUserId: ID },
    ['recipeUserId'],
    { renamed: true },
  ],
  [
    'POST',
    '/recipe/multitenancy/tenant/user/remove',
    'tenant',
    { recipeUserId: ID },
    ['recipeUserId'],
    { renamed: true },
  ],
  ['PUT', '/recipe/multitenancy/config/thirdparty', 'tenant', { config: { thirdPartyId: 'x' } }],
  ['POST', '/recipe/multitenancy/config/thirdparty/remove', 'tenant', { thirdPartyId: 'x' }],
  ['GET', '/ee/license', 'app'],
  ['PUT', '/ee/license', 'app', { licenseKey: 'x' }, []],
  ['DELETE', '/ee/license', 'app'],
  ['GET', '/ee/featureflag', 'app'],

  ['POST', '/recipe/totp/device', 'app', { userId: ID, skew: 1, period: 30 }],
  [
    'POST',
    '/recipe/totp/device/import',
    'app',
    { userId: ID, skew: 1, period: 30, secretKey: 'GEZDGNBV' },
  ],
  [
    'PUT',
    '/recipe/totp/device',
    'app',
    { userId: ID, existingDeviceName: 'a', newDeviceName: 'b' },
  ],
  ['GET', '/recipe/totp/device/list', 'app', { userId: ID }],
  ['POST', '/recipe/totp/device/remove', 'app', { userId: ID, deviceName: 'a' }],
  ['POST', '/recipe/totp/device/verify', 'tenant', { userId: ID, deviceName: 'a', totp: '1' }],
  ['POST', '/recipe/totp/verify', 'tenant', { userId: ID, totp: '1' }],

  ['POST', '/recipe/dashboard/signin', 'app', { email: EMAIL, password: 'x' }],
  ['POST', '/recipe/dashboard/session/verify', 'app', { sessionId: 'x' }],
  ['DELETE', '/recipe/dashboard/session', 'app', { sessionId: 'x' }, []],
  ['POST', '/recipe/dashboard/user', 'app', { email: EMAIL, password: 'x' }],
  ['PUT', '/recipe/dashboard/user', 'app', { email: EMAIL, newPassword: 'x' }, []],
  ['DELETE', '/recipe/dashboard/user', 'app', { email: EMAIL }, []],
  ['GET', '/recipe/dashboard/users', 'app'],

  ['GET', '/recipe/accountlinking/user/primary/check', 'app', { recipeUserId: ID }],
  ['POST', '/recipe/accountlinking/user/primary', 'app', { recipeUserId: ID }],
  ['GET', '/recipe/accountlinking/user/link/check', 'app', LINK],
  ['POST', '/recipe/accountlinking/user/link', 'app', LINK],
  ['POST', '/recipe/accountlinking/user/unlink', 'app', { recipeUserId: ID }],

  ['GET', '/user/id', 'app', { userId: ID }],
  [
    'GET',
    '/users/by-accountinfo',
    'tenant',
    { email: EMAIL, doUnionOfAccountInfo: 'true' },
    ['doUnionOfAccountInfo'],
  ],
  ['GET', '/users', 'tenant', { limit: '10' }, []],
  ['GET', '/users/count', 'tenant'],
  ['GET', '/users/count/active', 'app', { since: '0' }],
  ['GET', '/user/search/tags', 'tenant'],
  ['GET', '/telemetry', 'app'],
  ['POST', '/user/remove', 'app', { userId: ID }],
];

export const CORE_ENDPOINTS: readonly CoreEndpoint[] = ROWS.map(
  ([method, path, scope, input = {}, required = Object.keys(input), more = {}]) => ({
    method,
    path,
    scope,
    input,
    required,
    ...more,
  }),
);
