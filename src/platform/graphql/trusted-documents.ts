import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { RequestListener } from './request-listener.js';

/** The texts of the operations that clients may send, by the ids that they have for them. */
export type TrustedDocuments = ReadonlyMap<string, string>;

const APOLLO = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});
/** Relay's, GraphQL Code Generator's and Hive's. */
const BY_ID = z.record(z.string(), z.string());

/** Reads a manifest in Apollo's format, or in that of Relay and Hive. Throws for any other. */
export function readManifest(text: string): TrustedDocuments {
  const json = jsonOf(text);
  const apollo = APOLLO.safeParse(json);
  if (apollo.success)
    return new Map(apollo.data.operations.map(({ id, body }) => [bareId(id), body]));
  const { success, data = {} } = BY_ID.safeParse(json);
  if (!success || Object.keys(data).length === 0) {
    throw new Error('it is no manifest of Apollo, Relay or Hive that lists any operation');
  }
  return new Map(Object.entries(data).map(([id, body]) => [bareId(id), body]));
}

/** Undefined for what is no JSON: the parser's own message would show what the file holds. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without what the specification (`sha256:`) and Hive (`app~version~`) write before the hash. */
function bareId(id: string): string {
  return id.replace(/^(?:sha256:|[^~]*~[^~]*~)/, '');
}

/** Runs listed operations only, whether they come by id or as their whole text. */
export function onlyTrusted(documents: TrustedDocuments): RequestListener {
  const texts = new Set(documents.values());
  return {
    // Not earlier: what a plugin throws before is taken for our failure.
    didResolveOperation({ source }) {
      if (texts.has(source)) return;
      const extensions = { code: 'PERSISTED_QUERY_NOT_IN_LIST', http: { status: 400 } };
      throw new GraphQLError('This operation is not one of those that are allowed here.', {
        extensions,
      });
    },
  };
}

const APOLLO_PREFIX = 'apq:';

/**
 * The store of Apollo's persisted queries, filled by the manifest and by nobody else: what a client
 * registers is forgotten.
 */
export function manifestStore(documents: TrustedDocuments) {
  return {
    get: async (key: string) => documents.get(key.slice(APOLLO_PREFIX.length)),
    set: async () => {},
    delete: async () => false,
  };
}

interface DocumentName {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly doc_id?: unknown;
}

/**
 * What Apollo calls the document that a request names as the appendix of the GraphQL over HTTP
 * specification has it (`documentId`; Relay says `doc_id`). Undefined where it names none.
 */
export function apolloName({ query, documentId, doc_id }: DocumentName) {
  const id = documentId ?? doc_id;
  if (typeof id !== 'string' || query != null) return undefined;
  return { persistedQuery: { version: 1, sha256Hash: bareId(id) } };
}
