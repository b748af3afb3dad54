import { errorsOf } from './answered-errors.js';

/**
 * How an answer says that the session was not good enough.
 * `REFUSED`: HTTP 401, the token itself. `DENIED`: a GraphQL error, which a scope that the user
 * lacks may cause as well.
 */
export type AuthFailure = 'REFUSED' | 'DENIED';

export interface FailedAnswer {
  readonly failure: AuthFailure;
  /** True when a part of the operation was carried out: a mutation must then not be sent again. */
  readonly isPartial: boolean;
}

interface GraphQLAnswer {
  readonly data?: object | null;
  readonly errors?: unknown;
}

/** authgraph's own code and those of subgraphs, and the routers' (Apollo Router, Hive). */
const CODES: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'UNAUTHORIZED_FIELD_OR_TYPE',
  'INVALID_DPOP_PROOF',
  'USE_DPOP_NONCE',
]);
const ANY_CODE = /UNAUTHENTICATED|UNAUTHORIZED_FIELD_OR_TYPE|INVALID_DPOP_PROOF|USE_DPOP_NONCE/;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * Reads a copy; the response stays unread. Streamed answers (multipart, event streams) are judged
 * by their status only.
 */
export async function failureOf(response: Response): Promise<FailedAnswer | undefined> {
  const { status, headers } = response;
  if (!JSON_TYPE.test(headers.get('content-type') ?? '')) return failureOfText(status, '');
  return failureOfText(status, await response.clone().text());
}

/** The same for an answer's text. */
export function failureOfText(status: number, text: string): FailedAnswer | undefined {
  if (status !== 401 && !ANY_CODE.test(text)) return undefined;
  try {
    return failureOfAnswer(status, JSON.parse(text));
  } catch {
    return failureOfAnswer(status, null); // not JSON
  }
}

/** The same for a parsed answer, or a batch of them. */
export function failureOfAnswer(
  status: number | undefined,
  answer: unknown,
): FailedAnswer | undefined {
  const answers: (GraphQLAnswer | null)[] = Array.isArray(answer) ? answer : [answer];
  const isPartial = answers.some((one) =>
    Object.values(one?.data ?? {}).some((field) => field !== null),
  );
  if (status === 401) return { failure: 'REFUSED', isPartial };
  return answers.some(isDenied) ? { failure: 'DENIED', isPartial } : undefined;
}

function isDenied(answer: GraphQLAnswer | null): boolean {
  return errorsOf(answer).some(({ extensions }) => CODES.has(extensions?.code));
}
