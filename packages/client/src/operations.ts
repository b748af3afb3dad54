const TOKENS =
  'session { id } tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }';
const USER = 'id email emailVerified createdAt roles';
const SIGNED_IN = `... on SignedIn { user { ${USER} } ${TOKENS} }`;
const PROBLEMS = '... on Problem { message } ... on RateLimited { retryAfterSeconds }';

export const SIGN_UP = `mutation SignUp($input: SignUpInput!) { result: signUp(input: $input) {
  __typename ${SIGNED_IN} ... on WeakPassword { reasons minimumLength } ${PROBLEMS} } }`;
export const SIGN_IN = `mutation SignIn($input: SignInInput!) { result: signIn(input: $input) {
  __typename ${SIGNED_IN} ${PROBLEMS} } }`;
export const REFRESH = `mutation RefreshSession($input: RefreshSessionInput) {
  result: refreshSession(input: $input) { __typename
  ... on SessionRefreshed { ${TOKENS} } ... on RefreshRejected { message reason }
  ... on RateLimited { message retryAfterSeconds } } }`;
export const SIGN_OUT = `mutation SignOut($input: SignOutInput) { result: signOut(input: $input) {
  __typename ... on SignedOut { endedSessions } } }`;
export const ME = `query Me { result: me { ${USER} } session { id } }`;

/**
 * A call that has no answer of its result union.
 * `code` is NETWORK when no answer came, BAD_ANSWER when it was not GraphQL's, else
 * `extensions.code` as the service sent it: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * SERVICE_UNAVAILABLE, INTERNAL_SERVER_ERROR and so on.
 */
export class AuthClientError extends Error {
  override readonly name = 'AuthClientError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface Transport {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  /** True when cookies carry the tokens. */
  readonly cookies: boolean;
}

/** Data of one operation; its main field is `result`. */
interface Data {
  readonly result: unknown;
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly {
    readonly message?: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

const TIMEOUT_MS = 15_000;

/**
 * Sends one operation to the service. Rejects with an AuthClientError unless its main field was
 * answered.
 */
export async function send<Result extends Data>(
  transport: Transport,
  query: string,
  variables: object,
): Promise<Result> {
  const { status, text } = await post(transport, JSON.stringify({ query, variables }));
  const { data, errors } = parse<Result>(text);
  const [error] = errors ?? [];
  if (data?.result !== undefined && (data.result !== null || error === undefined)) return data;
  const code = error?.extensions?.code ?? (status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER');
  throw new AuthClientError(
    code,
    error?.message ?? `The service answered with HTTP status ${status} and no data.`,
  );
}

async function post(
  { url, fetch, cookies }: Transport,
  body: string,
): Promise<{ status: number; text: string }> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const credentials = cookies ? { credentials: 'include' as const } : {};
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error', // 307 and 308 would repeat a password or a refresh token elsewhere
      signal: timeout.signal,
      ...credentials,
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    if (cause instanceof AuthClientError) throw cause;
    throw new AuthClientError('NETWORK', 'The service cannot be reached, or redirects.', { cause });
  } finally {
    clearTimeout(timer);
  }
}

function parse<Result>(text: string): Answer<Result> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
