import { randomUUID } from 'node:crypto';
import { OK, only, someList, type Trial, type World } from './world.js';

const UNKNOWN_USER = only('UNKNOWN_USER_ID_ERROR');
const PATH = '/recipe/multitenancy';
const ALL = { emailPassword: { enabled: true }, passwordless: { enabled: true } };

function newName(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

const PROVIDER = {
  ...{ thirdPartyId: 'github', clients: [] },
  userInfoMap: { fromIdTokenPayload: {}, fromUserInfoAPI: {} },
};

async function tenantWithProvider(world: World): Promise<string> {
  const tenantId = await world.tenant();
  const config = { thirdPartyId: 'github' };
  await world.put(`/${tenantId}${PATH}/config/thirdparty`, { config });
  return tenantId;
}

/** Tenants other than `public` are there since 3.0. */
const since = 300;

async function associated(world: World) {
  const [tenantId, { id }] = [await world.tenant(), await world.user()];
  const path = `/${tenantId}${PATH}/tenant/user`;
  await world.post(path, { recipeUserId: id });
  return { tenantId, id };
}

export const TENANTS: readonly Trial[] = [
  {
    method: 'PUT',
    path: `${PATH}/app/v2`,
    situations: {
      OK: () => ({
        input: { appId: newName(), coreConfig: { access_token_validity: '2' } },
        answer: { ...OK, createdNew: true },
      }),
      'OK for the app itself': () => ({ input: {}, answer: { ...OK, createdNew: false } }),
      'an unknown setting': () => ({
        input: { appId: newName(), coreConfig: { foo: 1 } },
        status: 400,
        answer: 'Invalid core config: Invalid config key: foo',
      }),
      'a setting of another type': () => ({
        input: { appId: newName(), coreConfig: { access_token_validity: 'x' } },
        status: 400,
        answer: "Invalid core config: 'access_token_validity' must be of type long",
      }),
      'a setting of the instance': () => ({
        input: { appId: newName(), coreConfig: { port: 1 } },
        status: 400,
        answer: "Invalid core config: port can only be set via the core's base config setting",
      }),
      'a setting of the base app': () => ({
        input: { appId: 'public', coreConfig: { access_token_validity: 1 } },
        status: 400,
        answer: 'Cannot modify base config',
      }),
      'an older field': () => ({
        input: { appId: newName(), emailPasswordEnabled: true },
        status: 400,
        answer: "Field name 'emailPasswordEnabled' is invalid in JSON input",
      }),
    },
  },
  {
    method: 'PUT',
    path: `${PATH}/app`,
    situations: {
      OK: () => ({
        input: { appId: newName(), emailPasswordEnabled: true },
        answer: { ...OK, createdNew: true },
      }),
    },
  },
  {
    method: 'POST',
    path: `${PATH}/app/remove`,
    situations: {
      OK: async (world) => {
        const appId = newName();
        await world.put(`${PATH}/app/v2`, { appId });
        return { input: { appId }, answer: { ...OK, didExist: true } };
      },
      'OK for none': () => ({
        input: { appId: newName() },
        answer: { ...OK, didExist: false },
      }),
      'an app with tenants': async (world) => {
        const appId = newName();
        await world.put(`${PATH}/app/v2`, { appId });
        await world.put(`/appid-${appId}${PATH}/tenant/v2`, { tenantId: 't1' });
        return {
          input: { appId },
          status: 403,
          answer: 'Please delete all tenants before deleting the app',
        };
      },
    },
  },
  ...['/app/list', '/app/list/v2'].map(
    (path): Trial => ({
      method: 'GET',
      path: `${PATH}${path}`,
      situations: { 'OK for all': () => ({ answer: { ...OK, apps: someList } }) },
    }),
  ),
  {
    method: 'GET',
    path: `${PATH}/tenant/v2`,
    situations: {
      OK: {
        since,
        arrange: async (world) => {
          const tenantId = await tenantWithProvider(world);
          const thirdParty = { providers: [PROVIDER] };
          const answer = { ...OK, tenantId, thirdParty, coreConfig: {} };
          return { prefix: `/${tenantId}`, answer };
        },
      },
      TENANT_NOT_FOUND_ERROR: {
        since,
        arrange: () => ({ prefix: '/nowhere', answer: only('TENANT_NOT_FOUND_ERROR') }),
      },
    },
  },
  {
    method: 'GET',
    path: `${PATH}/tenant`,
    situations: {
      OK: {
        since,
        arrange: async (world) => {
          const tenantId = await tenantWithProvider(world);
          const thirdParty = { enabled: true, providers: [PROVIDER] };
          const answer = { ...OK, tenantId, ...ALL, thirdParty, coreConfig: {} };
          return { prefix: `/${tenantId}`, answer };
        },
      },
      TENANT_NOT_FOUND_ERROR: {
        since,
        arrange: () => ({ prefix: '/nowhere', answer: only('TENANT_NOT_FOUND_ERROR') }),
      },
    },
  },
  {
    method: 'PUT',
    path: `${PATH}/tenant/v2`,
    situations: {
      OK: () => ({
        input: { tenantId: newName(), firstFactors: ['emailpassword'] },
        answer: { ...OK, createdNew: true },
      }),
      'OK for one that is there': async (world) => ({
        input: { tenantId: await world.tenant() },
        answer: { ...OK, createdNew: false },
      }),
      'a factor twice': () => ({
        input: { tenantId: newName(), firstFactors: ['a', 'a'] },
        status: 400,
        answer: 'firstFactors input should not contain duplicate values',
      }),
      'a path for a name': () => ({
        input: { tenantId: 'recipe' },
        status: 400,
        answer: "Cannot use 'recipe' as a tenantId",
      }),
      "an app's setting": () => ({
        input: { tenantId: newName(), coreConfig: { access_token_validity: 1 } },
        status: 400,
        answer:
          "Invalid core config: access_token_validity can only be set via the app's config setting",
      }),
    },
  },
  {
    method: 'PUT',
    path: `${PATH}/tenant`,
    situations: {
      OK: () => ({
        input: { tenantId: newName(), passwordlessEnabled: true },
        answer: { ...OK, createdNew: true },
      }),
    },
  },
  ...['/tenant/list', '/tenant/list/v2'].map(
    (path): Trial => ({
      method: 'GET',
      path: `${PATH}${path}`,
      situations: {
        'OK for all': () => ({ answer: { ...OK, tenants: someList } }),
        'asked in another tenant': {
          since,
          arrange: async (world) => ({
            prefix: `/${await world.tenant()}`,
            status: 403,
            answer: 'Only the public tenant may list tenants',
          }),
        },
      },
    }),
  ),
  {
    method: 'POST',
    path: `${PATH}/tenant/remove`,
    situations: {
      OK: async (world) => ({
        input: { tenantId: await world.tenant() },
        answer: { ...OK, didExist: true },
      }),
      'OK for none': () => ({
        input: { tenantId: newName() },
        answer: { ...OK, didExist: false },
      }),
      'the public one': () => ({
        input: { tenantId: 'public' },
        status: 403,
        answer: 'Cannot delete the public tenant',
      }),
    },
  },
  {
    method: 'PUT',
    path: `${PATH}/config/thirdparty`,
    situations: {
      OK: {
        since,
        arrange: async (world) => ({
          prefix: `/${await world.tenant()}`,
          input: { config: PROVIDER },
          answer: { ...OK, createdNew: true },
        }),
      },
      'OK for one that is there': {
        since,
        arrange: async (world) => ({
          prefix: `/${await tenantWithProvider(world)}`,
          input: { config: PROVIDER },
          answer: { ...OK, createdNew: false },
        }),
      },
    },
  },
  {
    method: 'POST',
    path: `${PATH}/config/thirdparty/remove`,
    situations: {
      OK: {
        since,
        arrange: async (world) => ({
          prefix: `/${await tenantWithProvider(world)}`,
          input: { thirdPartyId: 'github' },
          answer: { ...OK, didConfigExist: true },
        }),
      },
      'OK for none': () => ({
        input: { thirdPartyId: 'nothing' },
        answer: { ...OK, didConfigExist: false },
      }),
    },
  },
  {
    method: 'POST',
    path: `${PATH}/tenant/user`,
    situations: {
      OK: {
        since,
        arrange: async (world) => ({
          prefix: `/${await world.tenant()}`,
          input: world.recipeUser((await world.user()).id),
          answer: { ...OK, wasAlreadyAssociated: false },
        }),
      },
      UNKNOWN_USER_ID_ERROR: (world) => ({
        input: world.recipeUser('nobody'),
        answer: UNKNOWN_USER,
      }),
      ...taken('EMAIL_ALREADY_EXISTS_ERROR', 'email'),
      ...taken('PHONE_NUMBER_ALREADY_EXISTS_ERROR', 'phone'),
      ...taken('THIRD_PARTY_USER_ALREADY_EXISTS_ERROR', 'provider'),
      ASSOCIATION_NOT_ALLOWED_ERROR: {
        since,
        arrange: async (world) => {
          const [tenantId, { id, email }] = [await world.tenant(), await world.primaryUser()];
          const other = { email, password: 'x' };
          const { recipeUserId } = await world.post(`/${tenantId}/recipe/signup`, other);
          await world.post('/recipe/accountlinking/user/primary', { recipeUserId });
          return {
            prefix: `/${tenantId}`,
            input: world.recipeUser(id),
            answer: {
              status: 'ASSOCIATION_NOT_ALLOWED_ERROR',
              reason: "This user's email is already associated with another user ID",
            },
          };
        },
      },
    },
  },
  {
    method: 'POST',
    path: `${PATH}/tenant/user/remove`,
    situations: {
      OK: {
        since,
        arrange: async (world) => {
          const { tenantId, id } = await associated(world);
          const answer = { ...OK, wasAssociated: true };
          return { prefix: `/${tenantId}`, input: world.recipeUser(id), answer };
        },
      },
      UNKNOWN_USER_ID_ERROR: (world) => ({
        input: world.recipeUser('nobody'),
        answer: UNKNOWN_USER,
      }),
    },
  },
  {
    method: 'PUT',
    path: '/ee/license',
    situations: { OK: () => ({ input: { licenseKey: 'x' }, answer: OK }) },
  },
  {
    method: 'GET',
    path: '/ee/license',
    situations: {
      NO_LICENSE_KEY_FOUND_ERROR: () => ({ answer: only('NO_LICENSE_KEY_FOUND_ERROR') }),
    },
  },
  {
    method: 'DELETE',
    path: '/ee/license',
    situations: { OK: () => ({ answer: OK }) },
  },
  {
    method: 'GET',
    path: '/ee/featureflag',
    situations: {
      OK: () => ({ answer: { ...OK, features: someList, usageStats: {} } }),
    },
  },
];

/** Somebody in the tenant has what the user is known by. */
function taken(status: string, by: 'email' | 'phone' | 'provider'): Trial['situations'] {
  const arrange = async (world: World) => {
    const tenantId = await world.tenant();
    const sign = SIGN_UPS[by](world);
    const [{ user }] = [await sign(''), await sign(`/${tenantId}`)];
    return { prefix: `/${tenantId}`, input: world.recipeUser(user.id), answer: only(status) };
  };
  return { [status]: { since, arrange } };
}

const SIGN_UPS = {
  email: (world: World) => {
    const body = { email: world.email(), password: 'x' };
    return (prefix: string) => world.post(`${prefix}/recipe/signup`, body);
  },
  phone: (world: World) => {
    const phoneNumber = world.phone();
    return async (prefix: string) => {
      const path = `${prefix}/recipe/signinup/code`;
      const { preAuthSessionId, linkCode } = await world.post(path, { phoneNumber });
      return world.post(`${path}/consume`, { preAuthSessionId, linkCode });
    };
  },
  provider: (world: World) => {
    const email = { id: world.email(), isVerified: false };
    const body = { thirdPartyId: 'github', thirdPartyUserId: randomUUID(), email };
    return (prefix: string) => world.post(`${prefix}/recipe/signinup`, body);
  },
};
