import { readFileSync } from 'node:fs';
import { type DefinitionNode, type InputValueDefinitionNode, Kind, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { describedSubgraph } from './harness/subgraph.js';

/**
 * What clients, gateways and checks rely on: names and shapes that stay. Much may be added, nothing
 * renamed or removed.
 */
const CONTRACT = `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@tag", "@inaccessible", "@cost", "@listSize"]
    )

  scalar DateTime

  type Query {
    me: User
    session: Session
  }

  type Mutation {
    signUp(input: SignUpInput!): SignUpResult!
    signIn(input: SignInInput!): SignInResult!
    refreshSession(input: RefreshSessionInput): RefreshSessionResult!
    signOut(input: SignOutInput): SignOutResult!
  }

  enum TokenDelivery { BODY COOKIE }

  input SignUpInput { email: String!  password: String!  delivery: TokenDelivery! = BODY }
  input SignInInput { email: String!  password: String!  delivery: TokenDelivery! = BODY }
  input RefreshSessionInput { refreshToken: String }
  input SignOutInput { refreshToken: String  everywhere: Boolean! = false }

  type SignedIn { user: User!  session: Session!  tokens: Tokens }
  type SessionRefreshed { session: Session!  tokens: Tokens }
  type SignedOut { endedSessions: Int! }

  type Tokens {
    accessToken: String!
    accessTokenExpiresAt: DateTime!
    refreshToken: String!
    refreshTokenExpiresAt: DateTime!
  }

  union SignUpResult = SignedIn | InvalidEmail | WeakPassword | EmailTaken | RateLimited
  union SignInResult = SignedIn | InvalidCredentials | RateLimited
  union RefreshSessionResult = SessionRefreshed | RefreshRejected
  union SignOutResult = SignedOut

  interface Problem { message: String! }
  type InvalidEmail implements Problem { message: String! }
  type EmailTaken implements Problem { message: String! }
  type InvalidCredentials implements Problem { message: String! }
  type WeakPassword implements Problem { message: String!  reasons: [PasswordWeakness!]!  minimumLength: Int! }
  enum PasswordWeakness { TOO_SHORT TOO_LONG COMMON CONTAINS_EMAIL }
  type RateLimited implements Problem { message: String!  retryAfterSeconds: Int! }
  type RefreshRejected implements Problem { message: String!  reason: RefreshRejection! }
  enum RefreshRejection { MISSING MALFORMED EXPIRED REVOKED REUSED }

  type User @key(fields: "id") {
    id: ID!
    email: String
    emailVerified: Boolean
    createdAt: DateTime!
    sessions(first: Int = 20, after: String): SessionConnection
    roles: [String!]
  }

  type Session @key(fields: "id") {
    id: ID!
    user: User!
    createdAt: DateTime!
    lastUsedAt: DateTime!
    expiresAt: DateTime!
    ipAddress: String
    userAgent: String
    current: Boolean!
  }

  type SessionConnection { edges: [SessionEdge!]!  nodes: [Session!]!  pageInfo: PageInfo!  totalCount: Int! }
  type SessionEdge { cursor: String!  node: Session! }
  type PageInfo @shareable { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }

  # administration

  extend type Query {
    user(id: ID!): User @requiresScopes(scopes: [["users:read"]])
    users(first: Int = 20, after: String, email: String): UserConnection! @requiresScopes(scopes: [["users:read"]])
    roles: [Role!]! @requiresScopes(scopes: [["roles:read"]])
    auditEvents(first: Int = 20, after: String, filter: AuditFilter): AuditEventConnection! @requiresScopes(scopes: [["audit:read"]])
  }

  input AuditFilter { userId: ID  type: String  since: DateTime  until: DateTime }
  type AuditEvent { id: ID!  type: String!  at: DateTime!  actorId: ID  userId: ID  sessionId: ID  ipAddress: String  userAgent: String  operation: String  details: JSON }
  type AuditEventConnection { edges: [AuditEventEdge!]!  nodes: [AuditEvent!]!  pageInfo: PageInfo! }
  type AuditEventEdge { cursor: String!  node: AuditEvent! }

  extend type Mutation {
    revokeSession(id: ID!): RevokeSessionResult! @authenticated
    revokeOtherSessions: SignedOut! @authenticated
    createUser(input: CreateUserInput!): CreateUserResult! @requiresScopes(scopes: [["users:write"]])
    disableUser(id: ID!): UserAdminResult! @requiresScopes(scopes: [["users:write"]])
    enableUser(id: ID!): UserAdminResult! @requiresScopes(scopes: [["users:write"]])
    deleteUser(id: ID!): DeleteAccountResult! @requiresScopes(scopes: [["users:write"]])
    revokeUserSessions(userId: ID!): SignedOut! @requiresScopes(scopes: [["sessions:write"]])
    grantRole(userId: ID!, role: String!): UserAdminResult! @requiresScopes(scopes: [["roles:write"]])
    revokeRole(userId: ID!, role: String!): UserAdminResult! @requiresScopes(scopes: [["roles:write"]])
    saveRole(input: SaveRoleInput!): SaveRoleResult! @requiresScopes(scopes: [["roles:write"]])
    deleteRole(name: String!): DeleteRoleResult! @requiresScopes(scopes: [["roles:write"]])
    rotateSigningKey: SigningKey! @requiresScopes(scopes: [["keys:write"]])
    updateMyMetadata(patch: JSON!): UpdateMetadataResult! @authenticated
    updateUserMetadata(input: UpdateUserMetadataInput!): UpdateMetadataResult! @requiresScopes(scopes: [["users:write"]])
  }

  extend type User {
    publicMetadata: JSON
    privateMetadata: JSON @requiresScopes(scopes: [["users:read"]])
    disabled: Boolean @requiresScopes(scopes: [["users:read"]])
    identities: [Identity!]
  }

  type Identity { id: ID!  method: String!  email: String  phone: String  verified: Boolean!  createdAt: DateTime!  lastUsedAt: DateTime }
  type SigningKey { kid: ID!  algorithm: String!  status: SigningKeyStatus!  createdAt: DateTime! }
  enum SigningKeyStatus { PUBLISHED ACTIVE RETIRED }
  scalar JSON
  input UpdateUserMetadataInput { userId: ID!  public: JSON  private: JSON }
  type InvalidMetadata implements Problem { message: String! }
  union UpdateMetadataResult = UserUpdated | NotFound | InvalidMetadata

  input CreateUserInput { email: String!  password: String  roles: [String!] }
  type NotFound implements Problem { message: String! }
  type UserUpdated { user: User! }
  type UserCreated { user: User! }
  type AccountDeleted { id: ID! }
  union RevokeSessionResult = SignedOut | NotFound
  union DeleteAccountResult = AccountDeleted | NotFound | InvalidCredentials
  union CreateUserResult = UserCreated | EmailTaken | InvalidEmail | WeakPassword
  union UserAdminResult = UserUpdated | NotFound
  type UserConnection { edges: [UserEdge!]!  nodes: [User!]!  pageInfo: PageInfo!  totalCount: Int! }
  type UserEdge { cursor: String!  node: User! }

  type Role { name: String!  scopes: [String!]! }
  input SaveRoleInput { name: String!  scopes: [String!]! }
  type RoleSaved { role: Role! }
  type RoleDeleted { name: String! }
  type InvalidRole implements Problem { message: String! }
  union SaveRoleResult = RoleSaved | InvalidRole
  union DeleteRoleResult = RoleDeleted | NotFound
`;

/**
 * Every statement that a schema makes, one a line: `User.email: String`, `User @key(fields: "id")`,
 * `SignOutResult = SignedOut`, ...
 */
function statementsOf(sdl: string): string[] {
  return parse(sdl, { noLocation: true }).definitions.flatMap((definition) =>
    statementsOfDefinition(definition),
  );
}

function statementsOfDefinition(definition: DefinitionNode): string[] {
  const name = 'name' in definition && definition.name ? definition.name.value : 'schema';
  const kind = definition.kind.replace(/(?:Definition|Extension)$/, '');
  const directives =
    'directives' in definition
      ? (definition.directives ?? []).map((directive) => `${name} ${print(directive)}`)
      : [];
  return [
    // an extension adds members, and makes no type
    ...(definition.kind === Kind.OBJECT_TYPE_EXTENSION ? [] : [`${kind} ${name}`]),
    ...directives,
    ...membersOf(definition).map((member) => `${name}${member}`),
  ];
}

function membersOf(definition: DefinitionNode): string[] {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return [
        ...(definition.interfaces ?? []).map((type) => ` implements ${print(type)}`),
        ...(definition.fields ?? []).flatMap((field) => [
          `.${field.name.value}: ${print(field.type)}`,
          ...(field.directives ?? []).map(
            (directive) => `.${field.name.value} ${print(directive)}`,
          ),
          ...(field.arguments ?? []).map(
            (argument) => `.${field.name.value}(${shapeOf(argument)})`,
          ),
        ]),
      ];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (definition.fields ?? []).map((field) => `.${shapeOf(field)}`);
    case Kind.ENUM_TYPE_DEFINITION:
      return (definition.values ?? []).map((value) => `.${value.name.value}`);
    case Kind.UNION_TYPE_DEFINITION:
      return (definition.types ?? []).map((type) => ` = ${print(type)}`);
    default:
      return [];
  }
}

/** An argument or input field without its description: `first: Int = 20`. */
function shapeOf({ description: _description, ...input }: InputValueDefinitionNode): string {
  return print(input);
}

describe('the schema', () => {
  const { sdl } = describedSubgraph();

  it('keeps every promise of the contract', () => {
    const promised = statementsOf(CONTRACT);
    expect(promised.length).toBeGreaterThan(110);
    const kept = new Set(statementsOf(sdl));
    expect(promised.filter((statement) => !kept.has(statement))).toEqual([]);
  });

  it('asks for no argument and no input that the contract does not know', () => {
    const known = new Set(statementsOf(CONTRACT));
    const isPromised = (statement: string) => {
      const element = statement.split(/[(:]/, 1)[0] ?? '';
      return [...known].some((each) => each.startsWith(element.replace(/(Input)\..*/, '$1.')));
    };
    const required = statementsOf(sdl).filter((statement) =>
      /(?:\(|Input\.)\w+: [^=]*!\)?$/.test(statement),
    );
    expect(required).toContain('SignUpInput.email: String!');
    const unknown = required.filter((statement) => isPromised(statement) && !known.has(statement));
    expect(unknown).toEqual([]);
  });

  it('stands in schema.graphql as the code has it; "npm run schema" renews it', () => {
    expect(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')).toBe(sdl);
  });

  it('has no subscriptions, so none that outlives its token (requirement 50)', () => {
    expect(describedSubgraph().schema.getSubscriptionType()).toBeFalsy();
  });

  it('describes everything that the contract describes', () => {
    for (const text of [
      'The signed-in user; null for an anonymous request.',
      'The session behind this request; null for an anonymous request.',
      'Trades a refresh token for a new pair. The old one is spent.',
      'Tokens come back as HttpOnly cookies only; `tokens` is null.',
      'For a client whose access token has expired.',
      'Every expected failure is a member of a result union and implements this.',
      'Not a token that this service issued.',
      'Visible to the user and to callers that hold sessions:read.',
      'True for the session behind this request.',
    ]) {
      expect(sdl).toContain(text);
    }
  });
});
