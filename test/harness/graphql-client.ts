/** An answer over HTTP, as a client sees it. `body` is untyped JSON: tests assert on its shape. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly body: any;
}

export type Send = (
  query: string,
  variables?: object,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Sends GraphQL operations to one service with plain HTTP requests. */
export function graphqlClient(url: string): Send {
  return async (query, variables = {}, headers = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

export function bearer(accessToken: string): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` };
}

const TOKENS = 'tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }';
const PROBLEM = '... on Problem { message }';

export const SIGN_UP = `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { __typename
  ... on SignedIn { user { id email } session { id } ${TOKENS} }
  ... on WeakPassword { reasons minimumLength } ${PROBLEM} } }`;

export const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { __typename
  ... on SignedIn { user { id email } session { id } ${TOKENS} } ${PROBLEM} } }`;

export const REFRESH = `mutation Refresh($refreshToken: String) {
  refreshSession(input: { refreshToken: $refreshToken }) { __typename
  ... on SessionRefreshed { session { id } ${TOKENS} }
  ... on RefreshRejected { reason } ${PROBLEM} } }`;

export const SIGN_OUT = `mutation SignOut($input: SignOutInput) {
  signOut(input: $input) { ... on SignedOut { endedSessions } } }`;

export const ME = '{ me { id email } session { id } }';

export const GOOD_PASSWORD = 'mauve-otter-climbs-77';

/** What a test needs of a user that it made. */
export interface TestUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

let made = 0;

/** Signs a new user up and hands over their tokens. */
export async function signUpUser(
  send: Send,
  email = `u${process.pid}-${++made}@users.example.com`,
): Promise<TestUser> {
  const { body } = await send(SIGN_UP, { input: { email, password: GOOD_PASSWORD } });
  const { user, session, tokens, __typename } = body.data.signUp;
  if (__typename !== 'SignedIn') throw new Error(`sign-up answered ${JSON.stringify(body)}`);
  return { id: user.id, email, password: GOOD_PASSWORD, sessionId: session.id, ...tokens };
}
