import { errorsOf } from './answered-errors.js';

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

/** The text of one GraphQL operation, and what it takes and answers. */
export interface Operation<Data, Variables> {
  readonly text: string;
  /** Only says the types: nobody calls it. */
  readonly types?: (variables: Variables) => Data;
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: unknown;
}

const TIMEOUT_MS = 15_000;
/** A browser does not tell a page which of these it was; its console does. */
const UNREACHABLE =
  'The service cannot be reached, or redirects. In a browser it may be CORS: the origin of the ' +
  "page has to be in the service's AUTHGRAPH_ALLOWED_ORIGINS.";

/**
 * Sends one operation to the service. Rejects with an AuthClientError unless its main field, which
 * every operation calls `result`, was answered.
 */
export async function send<Data extends { readonly result: unknown }, Variables>(
  transport: Transport,
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { status, text } = await post(
    transport,
    JSON.stringify({ query: operation.text, variables }),
  );
  const answer = parse<Data>(text);
  const { data } = answer;
  const [error] = errorsOf(answer);
  if (data?.result !== undefined && (data.result !== null || error === undefined)) return data;
  const { code } = error?.extensions ?? {};
  const ofStatus = status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER';
  throw new AuthClientError(
    typeof code === 'string' ? code : ofStatus,
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
    throw new AuthClientError('NETWORK', UNREACHABLE, { cause });
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
