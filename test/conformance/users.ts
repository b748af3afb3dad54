import { OK, only, someNumber, type Trial, type User, type World } from './world.js';

const UNKNOWN_USER = only('UNKNOWN_USER_ID_ERROR');
const LINKING = '/recipe/accountlinking/user';
const UNKNOWN_ID: Trial['situations'] = {
  'an unknown user': () => ({
    input: { recipeUserId: 'nobody', primaryUserId: 'nobody' },
    status: 400,
    answer: 'Unknown user ID provided',
  }),
};

async function linked(world: World): Promise<{ readonly primary: User; readonly other: User }> {
  const primary = await world.primaryUser();
  world.pass(1);
  const other = await world.user();
  const link = { recipeUserId: other.id, primaryUserId: primary.id };
  await world.post(`${LINKING}/link`, link);
  return { primary, other };
}

const ACCOUNT_TAKEN = {
  status: 'ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR',
  description: "This user's email is already associated with another user ID",
};

/** The user as the newest answer to `/user/id` has it, told in the words of the version. */
async function shown(world: World, userId: string): Promise<object> {
  const request = { query: { userId }, version: world.version };
  return (await world.call('GET', '/user/id', request)).user;
}

/** What making a user primary says, and what its check says: the one has the user, too. */
function primaryTrial(method: 'GET' | 'POST', path: string): Trial {
  const isCheck = method === 'GET';
  return {
    method,
    path: `${LINKING}${path}`,
    situations: {
      'OK for somebody else': async (world) => {
        const user = await world.user();
        const json = world.json(user, { isPrimaryUser: true });
        return {
          input: { recipeUserId: user.id },
          answer: { ...OK, wasAlreadyAPrimaryUser: false, ...(isCheck ? {} : { user: json }) },
        };
      },
      'OK for one that is': async (world) => {
        const user = await world.primaryUser();
        const json = world.json(user, { isPrimaryUser: true });
        return {
          input: { recipeUserId: user.id },
          answer: { ...OK, wasAlreadyAPrimaryUser: true, ...(isCheck ? {} : { user: json }) },
        };
      },
      'RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR for a linked one': async (
        world,
      ) => {
        const { primary, other } = await linked(world);
        return {
          input: { recipeUserId: other.id },
          answer: {
            status: 'RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR',
            primaryUserId: primary.id,
            description: 'This user ID is already linked to another user ID',
          },
        };
      },
      'ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR for a known address':
        async (world) => {
          const primary = await world.primaryUser();
          const other = await world.thirdPartyUser(primary.email);
          return {
            input: { recipeUserId: other.id },
            answer: { ...ACCOUNT_TAKEN, primaryUserId: primary.id },
          };
        },
      ...UNKNOWN_ID,
    },
  };
}

function linkTrial(method: 'GET' | 'POST', path: string): Trial {
  const isCheck = method === 'GET';
  return {
    method,
    path: `${LINKING}${path}`,
    situations: {
      'OK for somebody else': async (world) => {
        const primary = await world.primaryUser();
        world.pass(1);
        const other = await world.user();
        const input = { recipeUserId: other.id, primaryUserId: primary.id };
        return {
          input,
          answer: {
            ...{ ...OK, accountsAlreadyLinked: false },
            ...(isCheck ? {} : { user: expectedLinked(world, primary, other) }),
          },
        };
      },
      'OK for linked ones': async (world) => {
        const { primary, other } = await linked(world);
        const user = await shown(world, primary.id);
        return {
          input: { recipeUserId: other.id, primaryUserId: primary.id },
          answer: { ...OK, accountsAlreadyLinked: true, ...(isCheck ? {} : { user }) },
        };
      },
      'INPUT_USER_IS_NOT_A_PRIMARY_USER for two of them': async (world) => ({
        input: { recipeUserId: (await world.user()).id, primaryUserId: (await world.user()).id },
        answer: only('INPUT_USER_IS_NOT_A_PRIMARY_USER'),
      }),
      'RECIPE_USER_ID_ALREADY_LINKED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR for a linked one': async (
        world,
      ) => {
        const [{ primary, other }, another] = [await linked(world), await world.primaryUser()];
        return {
          input: { recipeUserId: other.id, primaryUserId: another.id },
          answer: {
            status: 'RECIPE_USER_ID_ALREADY_LINKED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR',
            primaryUserId: primary.id,
            description: 'The input recipe user ID is already linked to another user ID',
            user: await shown(world, primary.id),
          },
        };
      },
      'ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR for a known address':
        async (world) => {
          const [owner, primary] = [await world.primaryUser(), await world.primaryUser()];
          const other = await world.thirdPartyUser(owner.email);
          return {
            input: { recipeUserId: other.id, primaryUserId: primary.id },
            answer: { ...ACCOUNT_TAKEN, primaryUserId: owner.id },
          };
        },
      ...UNKNOWN_ID,
    },
  };
}

/** Two password users made one. */
function expectedLinked(world: World, primary: User, other: User): object {
  if (world.n < 400) return world.json(primary);
  const [one, two] = [primary, other].map(
    (user) => world.json(user, { isPrimaryUser: true }) as { loginMethods: object[] },
  );
  return {
    ...one,
    emails: [primary.email, other.email],
    loginMethods: [...(one?.loginMethods ?? []), ...(two?.loginMethods ?? [])],
  };
}

export const USERS: readonly Trial[] = [
  primaryTrial('GET', '/primary/check'),
  primaryTrial('POST', '/primary'),
  linkTrial('GET', '/link/check'),
  linkTrial('POST', '/link'),
  {
    method: 'POST',
    path: `${LINKING}/unlink`,
    situations: {
      OK: async (world) => ({
        input: { recipeUserId: (await linked(world)).other.id },
        answer: { ...OK, wasRecipeUserDeleted: false, wasLinked: true },
      }),
      'OK for the first of several': async (world) => ({
        input: { recipeUserId: (await linked(world)).primary.id },
        answer: { ...OK, wasRecipeUserDeleted: true, wasLinked: true },
      }),
      'OK for nobody linked': async (world) => ({
        input: { recipeUserId: (await world.user()).id },
        answer: { ...OK, wasRecipeUserDeleted: false, wasLinked: false },
      }),
      ...UNKNOWN_ID,
    },
  },

  {
    method: 'GET',
    path: '/user/id',
    situations: {
      OK: async (world) => {
        const user = await world.user();
        return { input: { userId: user.id }, answer: { ...OK, user: world.json(user) } };
      },
      UNKNOWN_USER_ID_ERROR: () => ({ input: { userId: 'nobody' }, answer: UNKNOWN_USER }),
    },
  },
  {
    method: 'GET',
    path: '/users/by-accountinfo',
    situations: {
      OK: async (world) => {
        const user = await world.user();
        return {
          input: { email: user.email, doUnionOfAccountInfo: 'false' },
          answer: { ...OK, users: [world.json(user)] },
        };
      },
      'OK for nobody': (world) => ({
        input: { email: world.email(), doUnionOfAccountInfo: 'true' },
        answer: { ...OK, users: [] },
      }),
      'no choice': () => ({
        input: { email: 'x', doUnionOfAccountInfo: 'TRUE' },
        status: 400,
        answer: "Field name 'doUnionOfAccountInfo' should be set to either true or false",
      }),
    },
  },
  {
    method: 'GET',
    path: '/users',
    situations: {
      OK: async (world) => {
        const user = await world.user();
        const json = world.json(user);
        const listed = world.n < 400 ? { recipeId: 'emailpassword', user: json } : json;
        return { input: { email: user.email }, answer: { ...OK, users: [listed] } };
      },
      ...refused('a limit above the most', { limit: '501' }, 'max limit allowed is 500'),
      ...refused('no limit', { limit: '0' }, 'limit must a positive integer with min value 1'),
      ...refused('no order', { timeJoinedOrder: 'x' }, 'timeJoinedOrder can be either ASC OR DESC'),
      ...refused('no recipe', { includeRecipeIds: 'x' }, 'Unknown recipe ID: x'),
      ...refused('no token', { paginationToken: 'x' }, 'invalid pagination token'),
    },
  },
  {
    method: 'GET',
    path: '/users/count',
    situations: {
      OK: () => ({ answer: { ...OK, count: someNumber } }),
      ...refused('no recipe', { includeRecipeIds: 'x' }, 'Unknown recipe ID: x'),
    },
  },
  {
    method: 'GET',
    path: '/users/count/active',
    situations: {
      OK: async (world) => {
        world.pass(1);
        await world.session();
        return { input: { since: String(world.now) }, answer: { ...OK, count: 1 } };
      },
    },
  },
  {
    method: 'GET',
    path: '/user/search/tags',
    situations: {
      OK: () => ({ answer: { ...OK, tags: ['email', 'phone', 'provider'] } }),
    },
  },
  {
    method: 'GET',
    path: '/telemetry',
    situations: { OK: () => ({ answer: { exists: false } }) },
  },
  {
    method: 'POST',
    path: '/user/remove',
    situations: {
      OK: async (world) => ({ input: { userId: (await world.user()).id }, answer: OK }),
      'OK for nobody': () => ({ input: { userId: 'nobody' }, answer: OK }),
    },
  },
];

function refused(name: string, input: object, answer: string): Trial['situations'] {
  return { [name]: () => ({ input, status: 400, answer }) };
}
