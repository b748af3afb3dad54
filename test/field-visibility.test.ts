import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signInAgain } from './harness/accounts.js';
import {
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  type Send,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { createUser, linkToken, untilJobsAreDone } from './harness/service-parts.js';
import { describedSubgraph } from './harness/subgraph.js';
import {
  gatewaysAreInstalled,
  INSTALL_GATEWAYS,
  startTestSupergraph,
  type TestSupergraph,
} from './harness/supergraph.js';

/**
 * What somebody is to the user whom an object belongs to. What belongs to nobody is judged by who
 * asks.
 */
const RELATIONS = ['anonymous', 'another user', 'the owner', 'an admin'] as const;
type Relation = (typeof RELATIONS)[number];

/** `absent`: the object that would hold the field is never given out. */
type Outcome = 'visible' | 'null' | 'absent';
type Row = { readonly [Each in Relation]: Outcome };

const EVERYBODY = row('visible', 'visible', 'visible', 'visible');
const SIGNED_IN = row('null', 'visible', 'visible', 'visible');
const OWNER_AND_ADMIN = row('null', 'null', 'visible', 'visible');
/** Fields of what only its owner and admins are given. */
const WITHIN = row('absent', 'absent', 'visible', 'visible');
const ADMIN = row('null', 'null', 'null', 'visible');
/** Fields of what only admins are given. */
const WITHIN_ADMIN = row('absent', 'absent', 'absent', 'visible');
/** Fields of what everybody is given who is signed in. */
const WITHIN_SIGNED_IN = row('absent', 'visible', 'visible', 'visible');

/**
 * Requirement 26: who sees which field. A field that has no entry fails the test, so whoever adds
 * one decides here. A session is whoever's it belongs to; connections and pages are whose sessions
 * they list.
 */
const VISIBILITY: { readonly [type: string]: { readonly [field: string]: Row } } = {
  Query: {
    me: SIGNED_IN,
    session: SIGNED_IN,
    proofAccepted: EVERYBODY,
    user: ADMIN,
    users: ADMIN,
    roles: ADMIN,
    jobs: ADMIN,
    auditEvents: ADMIN,
    webhooks: ADMIN,
    _entities: EVERYBODY,
    _service: EVERYBODY,
  },
  Mutation: {
    signUp: EVERYBODY,
    signIn: EVERYBODY,
    refreshSession: EVERYBODY,
    signOut: EVERYBODY,
    revokeSession: SIGNED_IN,
    revokeOtherSessions: SIGNED_IN,
    createUser: ADMIN,
    disableUser: ADMIN,
    enableUser: ADMIN,
    deleteUser: ADMIN,
    revokeUserSessions: ADMIN,
    grantRole: ADMIN,
    revokeRole: ADMIN,
    saveRole: ADMIN,
    deleteRole: ADMIN,
    rotateSigningKey: ADMIN,
    retryJob: ADMIN,
    saveWebhook: ADMIN,
    rotateWebhookSecret: ADMIN,
    deleteWebhook: ADMIN,
    updateMyMetadata: SIGNED_IN,
    updateUserMetadata: ADMIN,
    requestPasswordReset: EVERYBODY,
    resetPassword: EVERYBODY,
    verifyEmail: EVERYBODY,
    confirmEmailChange: EVERYBODY,
    acceptInvitation: EVERYBODY,
    changePassword: SIGNED_IN,
    requestEmailVerification: SIGNED_IN,
    requestEmailChange: SIGNED_IN,
    deleteMyAccount: SIGNED_IN,
    updateMyLanguage: SIGNED_IN,
  },
  User: {
    id: EVERYBODY,
    createdAt: EVERYBODY,
    email: OWNER_AND_ADMIN,
    emailVerified: OWNER_AND_ADMIN,
    roles: OWNER_AND_ADMIN,
    language: OWNER_AND_ADMIN,
    sessions: OWNER_AND_ADMIN,
    identities: OWNER_AND_ADMIN,
    publicMetadata: OWNER_AND_ADMIN,
    privateMetadata: ADMIN,
    disabled: ADMIN,
  },
  Identity: {
    id: WITHIN,
    method: WITHIN,
    email: WITHIN,
    phone: WITHIN,
    verified: WITHIN,
    createdAt: WITHIN,
    lastUsedAt: WITHIN,
  },
  Session: {
    id: WITHIN,
    user: WITHIN,
    createdAt: WITHIN,
    lastUsedAt: WITHIN,
    expiresAt: WITHIN,
    ipAddress: WITHIN,
    userAgent: WITHIN,
    bound: WITHIN,
    current: WITHIN,
    device: WITHIN,
  },
  Device: { name: WITHIN, kind: WITHIN },
  SessionConnection: { edges: WITHIN, nodes: WITHIN, pageInfo: WITHIN, totalCount: WITHIN },
  SessionEdge: { cursor: WITHIN, node: WITHIN },
  PageInfo: {
    hasNextPage: WITHIN,
    hasPreviousPage: WITHIN,
    startCursor: WITHIN,
    endCursor: WITHIN,
  },
  SignedIn: {
    user: EVERYBODY,
    session: EVERYBODY,
    tokens: EVERYBODY,
    deviceToken: EVERYBODY,
    tokenType: EVERYBODY,
  },
  SessionRefreshed: { session: EVERYBODY, tokens: EVERYBODY, tokenType: EVERYBODY },
  SignedOut: { endedSessions: EVERYBODY },
  Tokens: {
    accessToken: EVERYBODY,
    accessTokenExpiresAt: EVERYBODY,
    refreshToken: EVERYBODY,
    refreshTokenExpiresAt: EVERYBODY,
  },
  InvalidEmail: { message: EVERYBODY },
  EmailTaken: { message: EVERYBODY },
  InvalidCredentials: { message: EVERYBODY },
  WeakPassword: { message: EVERYBODY, reasons: EVERYBODY, minimumLength: EVERYBODY },
  RefreshRejected: { message: EVERYBODY, reason: EVERYBODY },
  RateLimited: { message: EVERYBODY, retryAfterSeconds: EVERYBODY },
  ChallengeRequired: { message: EVERYBODY, reason: EVERYBODY, challenge: EVERYBODY },
  NotFound: { message: WITHIN_SIGNED_IN },
  UserConnection: {
    edges: WITHIN_ADMIN,
    nodes: WITHIN_ADMIN,
    pageInfo: WITHIN_ADMIN,
    totalCount: WITHIN_ADMIN,
  },
  UserEdge: { cursor: WITHIN_ADMIN, node: WITHIN_ADMIN },
  UserCreated: { user: WITHIN_ADMIN },
  UserUpdated: { user: WITHIN_SIGNED_IN },
  AccountDeleted: { id: WITHIN_ADMIN },
  Role: { name: WITHIN_ADMIN, scopes: WITHIN_ADMIN },
  RoleSaved: { role: WITHIN_ADMIN },
  RoleDeleted: { name: WITHIN_ADMIN },
  InvalidRole: { message: WITHIN_ADMIN },
  Job: {
    id: WITHIN_ADMIN,
    kind: WITHIN_ADMIN,
    state: WITHIN_ADMIN,
    createdAt: WITHIN_ADMIN,
    retries: WITHIN_ADMIN,
    dueAt: WITHIN_ADMIN,
    reason: WITHIN_ADMIN,
  },
  AuditEvent: {
    id: WITHIN_ADMIN,
    type: WITHIN_ADMIN,
    at: WITHIN_ADMIN,
    actorId: WITHIN_ADMIN,
    userId: WITHIN_ADMIN,
    sessionId: WITHIN_ADMIN,
    ipAddress: WITHIN_ADMIN,
    userAgent: WITHIN_ADMIN,
    operation: WITHIN_ADMIN,
    via: WITHIN_ADMIN,
    details: WITHIN_ADMIN,
  },
  AuditEventConnection: { edges: WITHIN_ADMIN, nodes: WITHIN_ADMIN, pageInfo: WITHIN_ADMIN },
  AuditEventEdge: { cursor: WITHIN_ADMIN, node: WITHIN_ADMIN },
  JobEdge: { cursor: WITHIN_ADMIN, node: WITHIN_ADMIN },
  JobConnection: { edges: WITHIN_ADMIN, nodes: WITHIN_ADMIN, pageInfo: WITHIN_ADMIN },
  JobSentAgain: { job: WITHIN_ADMIN },
  InvalidMetadata: { message: WITHIN_SIGNED_IN },
  Webhook: {
    id: WITHIN_ADMIN,
    url: WITHIN_ADMIN,
    events: WITHIN_ADMIN,
    createdAt: WITHIN_ADMIN,
    lastDeliveryAt: WITHIN_ADMIN,
    failing: WITHIN_ADMIN,
    switchedOffAt: WITHIN_ADMIN,
  },
  WebhookSaved: { webhook: WITHIN_ADMIN, secret: WITHIN_ADMIN },
  WebhookDeleted: { id: WITHIN_ADMIN },
  InvalidWebhook: { message: WITHIN_ADMIN },
  SigningKey: {
    kid: WITHIN_ADMIN,
    algorithm: WITHIN_ADMIN,
    status: WITHIN_ADMIN,
    createdAt: WITHIN_ADMIN,
  },
  LastAdministrator: { message: WITHIN_ADMIN },
  Accepted: { message: EVERYBODY },
  PasswordChanged: { user: EVERYBODY, endedSessions: EVERYBODY, deviceToken: EVERYBODY },
  EmailVerified: { user: EVERYBODY },
  TokenRejected: { message: EVERYBODY, reason: EVERYBODY },
  SignUpClosed: { message: EVERYBODY },
  Refused: { message: EVERYBODY, code: EVERYBODY },
  _Service: { sdl: EVERYBODY },
};

/**
 * What no request of this test makes the service answer: a thousand password checks would have to
 * be waiting, sign-ins fail in masses, sign-up be closed, or a hook refuse.
 */
const NOT_PROVOKED = ['RateLimited', 'ChallengeRequired', 'SignUpClosed', 'Refused'];

/** What a caller needs to reach everything. */
interface World {
  /** Three users with two sessions each; the first is the one whom the others must not see. */
  readonly ada: TestUser;
  readonly everyUser: readonly string[];
  readonly everySession: readonly string[];
  /** Of a session of Ada's that nothing else uses. */
  readonly refreshToken: () => Promise<string>;
  readonly adminId: string;
  /** A user whom nothing else needs. */
  readonly somebody: () => Promise<string>;
  /** Of a link that was sent to somebody whom nothing else needs. */
  readonly linkToken: (purpose: 'reset' | 'verify' | 'change' | 'invite') => Promise<string>;
  readonly failedJob: () => Promise<string>;
  /** One that has been used, and is off. */
  readonly webhook: () => Promise<string>;
}

const NOBODY = '019d0000-0000-7000-8000-000000000000';

/**
 * The arguments that every root field is called with; a root field without an entry fails the test.
 */
const CALLS: { readonly [coordinate: string]: (world: World) => Promise<string[]> | string[] } = {
  'Query.me': () => [''],
  'Query.session': () => [''],
  'Query.proofAccepted': () => [''],
  'Query._service': () => [''],
  'Query._entities': ({ everyUser, everySession }) => [
    `(representations: [${representations('User', [...everyUser, NOBODY])}, ${representations('Session', [...everySession, NOBODY])}])`,
  ],
  'Mutation.signUp': ({ ada }) => [
    `(input: { email: "${crypto.randomUUID()}@users.example.com", password: "${GOOD_PASSWORD}" })`,
    `(input: { email: "nobody", password: "${GOOD_PASSWORD}" })`,
    '(input: { email: "weak@users.example.com", password: "123" })',
    `(input: { email: "${ada.email}", password: "${GOOD_PASSWORD}" })`,
  ],
  'Mutation.signIn': ({ ada }) => [
    `(input: { email: "${ada.email}", password: "${ada.password}" })`,
    `(input: { email: "${ada.email}", password: "not-${ada.password}" })`,
  ],
  'Mutation.refreshSession': async ({ refreshToken }) => [
    `(input: { refreshToken: "${await refreshToken()}" })`,
    '(input: { refreshToken: "ag_rt_x" })',
  ],
  'Mutation.signOut': async ({ refreshToken }) => [
    `(input: { refreshToken: "${await refreshToken()}" })`,
  ],
  'Query.user': ({ ada }) => [`(id: "${ada.id}")`],
  'Query.users': () => ['(first: 100)'],
  'Query.roles': () => [''],
  'Mutation.revokeSession': () => [`(id: "${NOBODY}")`],
  'Mutation.revokeOtherSessions': () => [''],
  'Mutation.createUser': () => [
    `(input: { email: "${crypto.randomUUID()}@users.example.com", password: "${GOOD_PASSWORD}" })`,
  ],
  'Mutation.disableUser': async ({ somebody, adminId }) => [
    `(id: "${await somebody()}")`,
    `(id: "${adminId}")`,
  ],
  'Mutation.enableUser': async ({ somebody }) => [`(id: "${await somebody()}")`],
  'Mutation.deleteUser': async ({ somebody }) => [`(id: "${await somebody()}")`],
  'Mutation.revokeUserSessions': async ({ somebody }) => [`(userId: "${await somebody()}")`],
  'Mutation.saveRole': () => [
    '(input: { name: "editor", scopes: ["posts:write"] })',
    '(input: { name: "admin", scopes: [] })',
  ],
  'Mutation.grantRole': async ({ somebody }) => [`(userId: "${await somebody()}", role: "editor")`],
  'Mutation.revokeRole': async ({ somebody }) => [
    `(userId: "${await somebody()}", role: "editor")`,
  ],
  'Mutation.deleteRole': () => ['(name: "editor")'],
  'Mutation.rotateSigningKey': () => [''],
  'Query.auditEvents': () => ['(first: 100)'],
  'Query.jobs': async ({ failedJob }) => {
    await failedJob();
    return ['(state: FAILED)', '(state: WAITING)'];
  },
  'Mutation.retryJob': async ({ failedJob }) => [`(id: "${await failedJob()}")`],
  'Query.webhooks': async ({ webhook }) => {
    await webhook();
    return [''];
  },
  'Mutation.saveWebhook': async ({ webhook }) => [
    '(input: { url: "https://hooks.example.com", events: ["user.created"] })',
    `(input: { id: "${await webhook()}", url: "https://hooks.example.com", events: ["user.created"] })`,
    '(input: { url: "nothing", events: ["user.created"] })',
  ],
  'Mutation.rotateWebhookSecret': async ({ webhook }) => [`(id: "${await webhook()}")`],
  'Mutation.deleteWebhook': async ({ webhook }) => [`(id: "${await webhook()}")`],
  'Mutation.updateMyMetadata': () => ['(patch: { theme: "dark" })', '(patch: [])'],
  'Mutation.updateUserMetadata': async ({ somebody }) => [
    `(input: { userId: "${await somebody()}", private: { note: "x" } })`,
  ],
  'Mutation.requestPasswordReset': () => ['(email: "nobody@users.example.com")'],
  'Mutation.resetPassword': async ({ linkToken }) => [
    `(input: { token: "${await linkToken('reset')}", newPassword: "${GOOD_PASSWORD}" })`,
    `(input: { token: "x", newPassword: "${GOOD_PASSWORD}" })`,
  ],
  'Mutation.verifyEmail': async ({ linkToken }) => [`(token: "${await linkToken('verify')}")`],
  'Mutation.confirmEmailChange': async ({ linkToken }) => [
    `(token: "${await linkToken('change')}")`,
  ],
  'Mutation.acceptInvitation': async ({ linkToken }) => [
    `(input: { token: "${await linkToken('invite')}", password: "${GOOD_PASSWORD}" })`,
  ],
  'Mutation.changePassword': () => [
    `(input: { currentPassword: "${GOOD_PASSWORD}", newPassword: "${GOOD_PASSWORD}", signOutOtherSessions: false })`,
  ],
  'Mutation.requestEmailVerification': () => [''],
  'Mutation.requestEmailChange': () => [
    '(input: { newEmail: "nobody", currentPassword: "x" })',
    '(input: { newEmail: "nobody@users.example.com", currentPassword: "x" })',
  ],
  'Mutation.deleteMyAccount': () => ['(input: { currentPassword: "x" })'],
  'Mutation.updateMyLanguage': () => ['(language: "en")'],
};

/**
 * Whoever proves by a password or a refresh token who they are sees the rest of the answer as that
 * user.
 */
const PROVES_WHO_ASKS = ['SignedIn', 'SessionRefreshed'];

interface Viewer {
  readonly userId: string | null;
  readonly admin: boolean;
}

const { schema } = describedSubgraph();
const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type != null);

if (!gatewaysAreInstalled) {
  process.stderr.write(
    `\n*** Who sees which field is NOT tested through gateways: they are not installed. Run: ${INSTALL_GATEWAYS} ***\n\n`,
  );
}

/** What a gateway keeps to itself. */
const BETWEEN_SUBGRAPHS = ['_entities', '_service'];

/** It asks for everything at once. */
const DEAR = { AUTHGRAPH_MAX_COST: '1000000' };

let supergraph: TestSupergraph | undefined;
let service: TestService;
let world: World;
let bob: TestUser;
/** Who asks, by what they are to Ada. */
let callers: { readonly [Each in Relation]: Viewer & { readonly headers: Record<string, string> } };
/** `User.email` → what each relation saw of it, through all the ways together. */
const seen = new Map<string, Map<Relation, Set<Outcome>>>();
/** The fields through which some object was reached. */
const walked = new Set<string>();
/** Who was told what, word for word, by queries. */
const told = new Map<Relation, string>();

beforeAll(async () => {
  supergraph = gatewaysAreInstalled
    ? await startTestSupergraph('https://auth.example.com', DEAR)
    : undefined;
  service = supergraph?.service ?? (await startService({ env: DEAR }));
  const ada = await signUpUser(service.send, 'ada.lovelace@users.example.com');
  bob = await signUpUser(service.send);
  const root = { email: 'root@users.example.com', password: GOOD_PASSWORD };
  await createUser(service, { ...root, roles: ['admin'] });
  const admin = await signInAgain(service.send, { ...bob, ...root });
  const users = [ada, bob, { ...admin, id: await userIdOf(admin.sessionId) }];
  const seconds = await Promise.all(
    users.map((user) =>
      signInAgain(service.send, user, { 'user-agent': `Firefox/140.0 (Linux) of ${user.email}` }),
    ),
  );
  await service.sql(
    `insert into identities (id, realm_id, user_id, method, subject, created_at, last_used_at)
      values (gen_random_uuid(), 'default', ?, 'phone', '+491701234567', now(), now())`,
    [ada.id],
  );
  await insertJob('created');
  world = {
    ada,
    everyUser: users.map(({ id }) => id),
    everySession: [...users, ...seconds].map(({ sessionId }) => sessionId),
    refreshToken: async () => (await signInAgain(service.send, ada)).refreshToken,
    adminId: users[2]?.id ?? '',
    somebody: async () => (await insertUsers(1))[0] ?? '',
    linkToken: async (purpose) => linkToken(service, (await insertUsers(1))[0] ?? '', purpose),
    failedJob: () => insertJob('failed'),
    webhook: insertWebhook,
  };
  callers = {
    anonymous: { userId: null, admin: false, headers: {} },
    'another user': { userId: bob.id, admin: false, headers: bearer(bob.accessToken) },
    'the owner': { userId: ada.id, admin: false, headers: bearer(ada.accessToken) },
    'an admin': { userId: users[2]?.id ?? null, admin: true, headers: bearer(admin.accessToken) },
  };
  // something that an administrator did, in the audit log
  const saveRole = 'mutation { saveRole(input: { name: "first", scopes: [] }) { __typename } }';
  await service.send(saveRole, {}, callers['an admin'].headers);
  await callEverything(service.send, []);
  for (const gateway of supergraph === undefined
    ? []
    : [supergraph.urls.hive, supergraph.urls.apollo]) {
    await callEverything(graphqlClient(gateway.replace(/\/graphql$/, '')), BETWEEN_SUBGRAPHS);
  }
}, 180_000);
afterAll(() => (supergraph ?? service)[Symbol.asyncDispose]());

describe('who sees which field (requirement 26)', () => {
  it('is decided for every field of every object type, and for nothing else', () => {
    const decided = Object.entries(VISIBILITY).flatMap(([type, fields]) =>
      Object.keys(fields).map((field) => `${type}.${field}`),
    );
    expect(decided.toSorted()).toEqual(everyField().toSorted());
  });

  it('is asked through every root field', () => {
    const fields = roots.flatMap((type) =>
      Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
    );
    expect(Object.keys(CALLS).toSorted()).toEqual(fields.toSorted());
  });

  it('is asked through every field that leads to an object, interface or union', () => {
    const ways = objectTypes().flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) =>
        isCompositeType(getNamedType(field.type)) ? [`${type.name}.${field.name}`] : [],
      ),
    );
    expect(ways).toEqual(
      expect.arrayContaining([
        'Query._entities',
        'SessionEdge.node',
        'Session.user',
        'SessionRefreshed.session',
      ]),
    );
    expect(ways.filter((way) => !walked.has(way))).toEqual([]);
  });

  describe.each(RELATIONS)('%s', (relation) => {
    it.each(everyField().filter((coordinate) => !NOT_PROVOKED.includes(typeOf(coordinate))))(
      '%s',
      (coordinate) => {
        const [type = '', field = ''] = coordinate.split('.');
        const expected = VISIBILITY[type]?.[field]?.[relation];
        const outcomes = [...(seen.get(coordinate)?.get(relation) ?? [])];
        // What may be seen is not always there: a page may be empty, a number unknown.
        if (expected === 'visible') expect(outcomes).toContain('visible');
        else expect(outcomes).toEqual(expected === 'absent' ? [] : [expected]);
      },
    );
  });

  it.each(['anonymous', 'another user'] as const)(
    '%s finds nothing of it anywhere else in an answer, errors included',
    (relation) => {
      const answers = told.get(relation);
      expect(told.get('the owner')).toContain(world.ada.email);
      expect(told.get('the owner')).toContain(world.ada.sessionId);
      expect(answers).not.toContain(world.ada.email);
      expect(answers).not.toContain('ada.lovelace');
      for (const sessionId of world.everySession.filter(
        (id) => relation === 'anonymous' || !bobs.has(id),
      )) {
        expect(answers).not.toContain(sessionId);
      }
    },
  );
});

describe('_entities asks the database once', () => {
  const COUNT = 100;
  beforeAll(() => untilJobsAreDone(service)); // they ask, too

  it.each([
    ['users', 'User', 'id email emailVerified createdAt roles'],
    [
      'sessions',
      'Session',
      'id createdAt lastUsedAt expiresAt ipAddress userAgent current user { id }',
    ],
  ])(`for ${COUNT} %s`, async (_what, typename, fields) => {
    const ids = typename === 'User' ? await insertUsers(COUNT) : await insertSessions(COUNT);
    const query = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ${typename} { ${fields} } } }`;
    const all = ids.map((id) => ({ __typename: typename, id }));
    using statements = watchStatements();
    const { body } = await service.send(query, { all }, callers['an admin'].headers);
    expect(statements.count()).toBe(1);
    expect(body.errors).toBeUndefined();
    expect(body.data._entities.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('and once more for the users of all these sessions', async () => {
    const all = (await insertSessions(COUNT)).map((id) => ({ __typename: 'Session', id }));
    const query =
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Session { user { email } } } }';
    using statements = watchStatements();
    const { body } = await service.send(query, { all }, callers['an admin'].headers);
    expect(statements.count()).toBe(2);
    expect(
      new Set(body.data._entities.map(({ user }: { user: { email: string } }) => user.email)).size,
    ).toBe(COUNT);
  });
});

function row(anonymous: Outcome, other: Outcome, owner: Outcome, admin: Outcome): Row {
  return { anonymous, 'another user': other, 'the owner': owner, 'an admin': admin };
}

function representations(typename: string, ids: readonly string[]): string {
  return ids.map((id) => `{ __typename: "${typename}", id: "${id}" }`).join(', ');
}

function objectTypes(): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  ) as GraphQLObjectType[]; // the filter says so
}

function everyField(): string[] {
  return objectTypes().flatMap((type) =>
    Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
}

function typeOf(coordinate: string): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}

/**
 * Directly or through a gateway, whoever asks: what is given out is noted in one place, and is held
 * against one expectation.
 */
async function callEverything(send: Send, without: readonly string[]): Promise<void> {
  for (const type of roots) {
    const fields = Object.values(type.getFields()).filter(({ name }) => !without.includes(name));
    for (const field of fields) await callAsEverybody(send, type, field);
  }
}

async function callAsEverybody(
  send: Send,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): Promise<void> {
  const coordinate = `${type.name}.${field.name}`;
  const operation = type === schema.getMutationType() ? 'mutation' : 'query';
  for (const relation of RELATIONS) {
    const { headers, ...viewer } = callers[relation];
    for (const args of (await CALLS[coordinate]?.(world)) ?? []) {
      const document = `${operation} { ${field.name}${args} ${selectionOf(field, new Set([coordinate]))} }`;
      const { body } = await send(document, {}, headers);
      if (operation === 'query')
        told.set(relation, (told.get(relation) ?? '') + JSON.stringify(body));
      await record(
        { __typename: type.name, [field.name]: body.data?.[field.name] ?? null },
        { viewer, relation, subject: undefined },
      );
    }
  }
}

/**
 * Everything behind a field, each other field at most once on the way down. Through an interface
 * its own fields, by another name.
 */
function selectionOf(field: GraphQLField<unknown, unknown>, taken: ReadonlySet<string>): string {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return '';
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const interfaces = isAbstractType(type)
    ? new Set(objects.flatMap((object) => object.getInterfaces()))
    : [];
  const fragments = [...objects, ...interfaces].map(
    (each) => `... on ${each.name} { ${fieldsOf(each, taken)} }`,
  );
  return `{ __typename ${fragments.join(' ')} }`;
}

function fieldsOf(
  type: GraphQLObjectType | GraphQLInterfaceType,
  taken: ReadonlySet<string>,
): string {
  const alias = (name: string) => (isInterfaceType(type) ? `${type.name}__${name}: ` : '');
  return Object.values(type.getFields())
    .filter((field) => !taken.has(`${type.name}.${field.name}`))
    .map(
      (field) =>
        `${alias(field.name)}${field.name} ${selectionOf(field, new Set([...taken, `${type.name}.${field.name}`]))}`,
    )
    .join(' ');
}

interface Position {
  readonly viewer: Viewer;
  /** What the caller is to Ada: for what belongs to nobody. */
  readonly relation: Relation;
  /** The user whom the object belongs to. */
  readonly subject: string | undefined;
}

/** Notes what of an object was given out, and follows it down. */
async function record(value: unknown, above: Position): Promise<void> {
  if (Array.isArray(value)) for (const item of value) await record(item, above);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { __typename: type, ...fields } = value as {
    __typename: string;
    id?: string;
    session?: { id: string };
  }; // as it was asked for
  const viewer = PROVES_WHO_ASKS.includes(type)
    ? { userId: await userIdOf(fields.session?.id ?? ''), admin: false }
    : above.viewer;
  const subject = await subjectOf(type, fields.id, above.subject);
  const relation = subject === undefined ? above.relation : relationTo(subject, viewer);
  for (const [key, field] of Object.entries(fields)) {
    note(`${type}.${key.replace(/^[A-Za-z]+__/, '')}`, relation, field);
    if (typeof field === 'object' && field !== null) walked.add(`${type}.${key}`);
    await record(field, { ...above, viewer, subject });
  }
}

function note(coordinate: string, relation: Relation, value: unknown): void {
  const row = seen.get(coordinate) ?? new Map<Relation, Set<Outcome>>();
  seen.set(
    coordinate,
    row.set(relation, (row.get(relation) ?? new Set()).add(value === null ? 'null' : 'visible')),
  );
}

/**
 * Whose an object is; what lists or pages somebody's sessions is theirs too. The database says
 * whose a session is.
 */
async function subjectOf(
  type: string,
  id: string | undefined,
  above: string | undefined,
): Promise<string | undefined> {
  if (type === 'User') return id;
  return type === 'Session' ? userIdOf(id ?? '') : above;
}

function relationTo(subject: string, viewer: Viewer): Relation {
  if (viewer.userId === null) return 'anonymous';
  if (viewer.admin) return 'an admin';
  return viewer.userId === subject ? 'the owner' : 'another user';
}

const owners = new Map<string, string>();
const bobs = new Set<string>();

async function userIdOf(sessionId: string): Promise<string> {
  const known = owners.get(sessionId);
  if (known !== undefined) return known;
  const [found] = await service.sql<{ user_id: string }>(
    'select user_id from sessions where id = ?',
    [sessionId],
  );
  if (found === undefined) throw new Error(`there is no session ${sessionId}`);
  owners.set(sessionId, found.user_id);
  if (found.user_id === bob.id) bobs.add(sessionId);
  return found.user_id;
}

/** Everything that reaches the database, whichever way it takes there; less what jobs ask for. */
function watchStatements() {
  const client = service.app.platform.database.em().getConnection().getClient();
  const spy = vi.spyOn(client, 'executeQuery');
  // What a node does by itself now and then.
  const background = /authgraph_jobs|from sessions where ended_at >/;
  return {
    count: () =>
      spy.mock.calls.filter(([query]) => !('sql' in query && background.test(query.sql))).length,
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}

/** A job of a kind that nobody works on. */
async function insertJob(state: 'failed' | 'created'): Promise<string> {
  await service.sql(
    `insert into authgraph_jobs.queue (name, policy, retry_limit, retry_delay, retry_backoff,
        expire_seconds, retention_seconds, deletion_seconds, partition, table_name)
      values ('test.nothing', 'standard', 0, 0, false, 900, 1209600, 604800, false, 'job_common')
      on conflict do nothing`,
  );
  const [job] = await service.sql<{ id: string }>(
    `insert into authgraph_jobs.job_common (name, state, data, output) values
      ('test.nothing', ?, '{"realmId":"default"}', '{"reason":"refused"}') returning id`,
    [state],
  );
  return job?.id ?? '';
}

/** The realm has this one and no other of the test's, since there may be only so many. */
async function insertWebhook(): Promise<string> {
  await service.sql('delete from webhooks');
  const [webhook] = await service.sql<{ id: string }>(
    `insert into webhooks (realm_id, id, url, events, sealed_secret, created_at, last_delivery_at,
        switched_off_at)
      values ('default', gen_random_uuid(), 'https://hooks.example.com/', '{user.created}', '',
        now(), now(), now()) returning id`,
  );
  return webhook?.id ?? '';
}

async function insertUsers(count: number): Promise<string[]> {
  const rows = await service.sql<{ id: string }>(
    `insert into users (id, realm_id, email, email_normalized, roles, created_at)
      select gen_random_uuid(), realm_id, new.email, new.email, '{}', now()
      from users, lateral (select gen_random_uuid() || '@many.example.com' as email from generate_series(1, ?) ) as new
      where id = ? returning id`,
    [count, world.ada.id],
  );
  return rows.map(({ id }) => id);
}

/** A session each for as many users. */
async function insertSessions(count: number): Promise<string[]> {
  const userIds = await insertUsers(count);
  const rows = await service.sql<{ id: string }>(
    `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at, absolute_expires_at, amr, generation, current_hash)
      select gen_random_uuid(), session.realm_id, users.id, session.created_at, session.last_used_at, session.expires_at,
        session.absolute_expires_at, session.amr, 0, session.current_hash
      from sessions as session, users where session.id = ? and users.id in (${userIds.map(() => '?').join(', ')}) returning id`,
    [world.ada.sessionId, ...userIds],
  );
  return rows.map(({ id }) => id);
}
