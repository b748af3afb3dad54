import { randomUUID } from 'node:crypto';
import { OK, only, type Trial, type World } from './world.js';

const UNKNOWN_ROLE = only('UNKNOWN_ROLE_ERROR');
const NO_ROLE: Trial['situations'] = {
  UNKNOWN_ROLE_ERROR: () => ({
    input: { userId: 'x', role: 'nothing' },
    answer: UNKNOWN_ROLE,
  }),
  'an empty name': () => ({
    input: { userId: 'x', role: ' ' },
    status: 400,
    answer: "Field name 'role' cannot be an empty String",
  }),
};

async function assigned(world: World) {
  const [role, { id: userId }] = [await world.role(['read', 'write']), await world.user()];
  await world.put('/recipe/user/role', { userId, role });
  return { role, userId };
}

async function mapped(world: World) {
  const [{ id: superTokensUserId }, externalUserId] = [await world.user(), randomUUID()];
  await world.post('/recipe/userid/map', { superTokensUserId, externalUserId });
  return { superTokensUserId, externalUserId };
}

const UNKNOWN_MAPPING = only('UNKNOWN_MAPPING_ERROR');

export const KEPT: readonly Trial[] = [
  {
    method: 'GET',
    path: '/recipe/user/metadata',
    situations: {
      OK: async (world) => {
        const { id: userId } = await world.user();
        const metadataUpdate = { a: { b: null }, c: 'd' };
        await world.put('/recipe/user/metadata', { userId, metadataUpdate });
        return { input: { userId }, answer: { ...OK, metadata: metadataUpdate } };
      },
      'OK for nobody': () => ({ input: { userId: 'x' }, answer: { ...OK, metadata: {} } }),
    },
  },
  {
    method: 'PUT',
    path: '/recipe/user/metadata',
    situations: {
      OK: async (world) => {
        const { id: userId } = await world.user();
        await world.put('/recipe/user/metadata', { userId, metadataUpdate: { a: { b: 1 }, c: 1 } });
        return {
          input: { userId, metadataUpdate: { a: { d: null }, c: null } },
          answer: { ...OK, metadata: { a: { d: null } } },
        };
      },
      'OK for nobody': () => ({
        input: { userId: randomUUID(), metadataUpdate: { a: 1 } },
        answer: { ...OK, metadata: { a: 1 } },
      }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/metadata/remove',
    situations: { OK: () => ({ input: { userId: 'x' }, answer: OK }) },
  },

  {
    method: 'PUT',
    path: '/recipe/role',
    situations: {
      OK: () => ({
        input: { role: `new-${randomUUID().slice(0, 8)}`, permissions: ['a'] },
        answer: { ...OK, createdNewRole: true },
      }),
      'OK for one that is there': async (world) => ({
        input: { role: await world.role(), permissions: ['a'] },
        answer: { ...OK, createdNewRole: false },
      }),
      'an empty name': () => ({
        input: { role: '' },
        status: 400,
        answer: "Field name 'role' cannot be an empty String",
      }),
    },
  },
  {
    method: 'PUT',
    path: '/recipe/user/role',
    situations: {
      OK: async (world) => ({
        input: { userId: 'anybody', role: await world.role() },
        answer: { ...OK, didUserAlreadyHaveRole: false },
      }),
      'OK for one that they have': async (world) => ({
        input: await assigned(world),
        answer: { ...OK, didUserAlreadyHaveRole: true },
      }),
      ...NO_ROLE,
    },
  },
  {
    method: 'GET',
    path: '/recipe/user/roles',
    situations: {
      OK: async (world) => {
        const { userId, role } = await assigned(world);
        return { input: { userId }, answer: { ...OK, roles: [role] } };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/user/role/remove',
    situations: {
      OK: async (world) => ({
        input: await assigned(world),
        answer: { ...OK, didUserHaveRole: true },
      }),
      'OK for one that they do not have': async (world) => ({
        input: { userId: 'x', role: await world.role() },
        answer: { ...OK, didUserHaveRole: false },
      }),
      ...NO_ROLE,
    },
  },
  {
    method: 'GET',
    path: '/recipe/role/users',
    situations: {
      OK: async (world) => {
        const { userId, role } = await assigned(world);
        return { input: { role }, answer: { ...OK, users: [userId] } };
      },
      ...NO_ROLE,
    },
  },
  {
    method: 'GET',
    path: '/recipe/role/permissions',
    situations: {
      OK: async (world) => ({
        input: { role: await world.role(['read all', 'write']) },
        answer: { ...OK, permissions: ['read all', 'write'] },
      }),
      ...NO_ROLE,
    },
  },
  {
    method: 'POST',
    path: '/recipe/role/permissions/remove',
    situations: {
      OK: async (world) => ({
        input: { role: await world.role(['read']), permissions: ['read'] },
        answer: OK,
      }),
      ...NO_ROLE,
    },
  },
  {
    method: 'GET',
    path: '/recipe/permission/roles',
    situations: {
      OK: async (world) => {
        const permission = randomUUID();
        const role = await world.role([permission]);
        return { input: { permission }, answer: { ...OK, roles: [role] } };
      },
    },
  },
  {
    method: 'POST',
    path: '/recipe/role/remove',
    situations: {
      OK: async (world) => ({
        input: { role: (await assigned(world)).role },
        answer: { ...OK, didRoleExist: true },
      }),
      'OK for one that is not there': () => ({
        input: { role: 'nothing' },
        answer: { ...OK, didRoleExist: false },
      }),
    },
  },
  {
    method: 'GET',
    path: '/recipe/roles',
    situations: {
      OK: async (world) => {
        const { roles } = await world.call('GET', '/recipe/roles');
        const role = await world.role();
        return { answer: { ...OK, roles: [...roles, role].toSorted() } };
      },
    },
  },

  {
    method: 'POST',
    path: '/recipe/userid/map',
    situations: {
      OK: async (world) => ({
        input: { superTokensUserId: (await world.user()).id, externalUserId: randomUUID() },
        answer: OK,
      }),
      UNKNOWN_SUPERTOKENS_USER_ID_ERROR: () => ({
        input: { superTokensUserId: 'nobody', externalUserId: randomUUID() },
        answer: only('UNKNOWN_SUPERTOKENS_USER_ID_ERROR'),
      }),
      USER_ID_MAPPING_ALREADY_EXISTS_ERROR: async (world) => {
        const { superTokensUserId } = await mapped(world);
        return {
          input: { superTokensUserId, externalUserId: randomUUID() },
          answer: {
            ...{ status: 'USER_ID_MAPPING_ALREADY_EXISTS_ERROR' },
            ...{ doesSuperTokensUserIdExist: true, doesExternalUserIdExist: false },
          },
        };
      },
      'an id in use': async (world) => ({
        input: {
          superTokensUserId: (await assigned(world)).userId,
          externalUserId: randomUUID(),
        },
        status: 400,
        answer: 'UserId is already in use in UserRoles recipe',
      }),
      'an id with metadata': async (world) => {
        const { id: userId } = await world.user();
        await world.put('/recipe/user/metadata', { userId, metadataUpdate: { a: 1 } });
        return {
          input: { superTokensUserId: userId, externalUserId: randomUUID() },
          status: 400,
          answer: 'UserId is already in use in UserMetadata recipe',
        };
      },
    },
  },
  {
    method: 'GET',
    path: '/recipe/userid/map',
    situations: {
      OK: async (world) => {
        const mapping = await mapped(world);
        return { input: { userId: mapping.externalUserId }, answer: { ...OK, ...mapping } };
      },
      UNKNOWN_MAPPING_ERROR: () => ({ input: { userId: 'x' }, answer: UNKNOWN_MAPPING }),
    },
  },
  {
    method: 'POST',
    path: '/recipe/userid/map/remove',
    situations: {
      OK: async (world) => ({
        input: { userId: (await mapped(world)).superTokensUserId },
        answer: { ...OK, didMappingExist: true },
      }),
      'OK for none': () => ({
        input: { userId: 'x' },
        answer: { ...OK, didMappingExist: false },
      }),
      'an id in use': async (world) => {
        const { externalUserId: userId } = await mapped(world);
        await world.put('/recipe/user/metadata', { userId, metadataUpdate: { a: 1 } });
        return {
          input: { userId },
          status: 400,
          answer: 'UserId is already in use in UserMetadata recipe',
        };
      },
    },
  },
  {
    method: 'PUT',
    path: '/recipe/userid/external-user-id-info',
    situations: {
      OK: async (world) => ({
        input: { userId: (await mapped(world)).externalUserId, externalUserIdInfo: 'x' },
        answer: OK,
      }),
      UNKNOWN_MAPPING_ERROR: () => ({
        input: { userId: 'x', externalUserIdInfo: null },
        answer: UNKNOWN_MAPPING,
      }),
    },
  },
];
