/**
 * How an answer says that the session was not good enough.
 * `REFUSED`: HTTP 401, the token itself. `DENIED`: a GraphQL error, which a scope that the user lacks may cause as well.
 */
export type AuthFailure = 'REFUSED' | 'DENIED';

/** authgraph's own code and those of subgraphs, and the routers' (Apollo Router, Hive). */
const CODES: ReadonlySet<unknown> = new Set(['UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE']);
const ANY_CODE = /UNAUTHENTICATED|UNAUTHORIZED_FIELD_OR_TYPE/;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/** Reads a copy; the response stays unread. Streamed answers (multipart, event streams) are judged by their status only. */
export async function failureOf(response: Response): Promise<AuthFailure | undefined> {
  if (response.status === 401) return 'REFUSED';
  if (!JSON_TYPE.test(response.headers.get('content-type') ?? '')) return undefined;
  const text = await response.clone().text();
  if (!ANY_CODE.test(text)) return undefined;
  try {
    return failureOfBody(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The same for a GraphQL answer, or a batch of them. */
export function failureOfBody(body: unknown): AuthFailure | undefined {
  const answers = Array.isArray(body) ? body : [body];
  return answers.some((answer) => errorsOf(answer).some((error) => CODES.has(error?.extensions?.code))) ? 'DENIED' : undefined;
}

function errorsOf(answer: { errors?: unknown } | null | undefined): ({ extensions?: { code?: unknown } | null } | null)[] {
  return Array.isArray(answer?.errors) ? answer.errors : [];
}
