import { ApolloServer, type GraphQLRequestContext } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { depthLimit } from '@graphile/depth-limit';
import {
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationContext,
} from 'graphql';
import type { Log } from '../../kernel/log.js';
import { safeReason } from '../database/database-failure.js';
import type { ErrorTable } from '../errors/error-table.js';
import type { RequestContext } from './context.js';
import { withoutInput } from './input-secrecy.js';
import { oneAttempt } from './one-attempt.js';
import { queryCost } from './query-cost.js';
import { onePlugin, type RequestListener } from './request-listener.js';
import { manifestStore, onlyTrusted, type TrustedDocuments } from './trusted-documents.js';

export interface GraphQLOptions {
  readonly schema: GraphQLSchema;
  readonly errors: ErrorTable;
  /** Of the features. */
  readonly listeners: readonly RequestListener[];
  /** True to answer introspection queries and to suggest names in validation errors. */
  readonly explorable: boolean;
  /** The only operations that are run; all that are valid unless given. */
  readonly trusted: TrustedDocuments | undefined;
  readonly log: Log;
}

/** A document of more tokens than this is no operation of this API. */
const MAX_TOKENS = 2_000;
/** Other names for fields, with the fragments written out. */
const MAX_ALIASES = 30;
const MAX_DIRECTIVES = 50;
/** As other validation errors are; thrown they would be our failure. */
const REPORTED = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) => context?.reportError(error),
  ],
};
/**
 * A user has sessions and a session has a user: what nests in itself grows with every level.
 * Introspection's type references do not.
 */
const DEPTH_LIMITS = {
  maxDepth: 10,
  maxListDepth: 3,
  maxIntrospectionDepth: 16,
  maxDepthByFieldCoordinates: { 'User.sessions': 1, '__Type.ofType': 12 },
};

const MAX_SENT_BEFORE_BYTES = 4 * 1024 * 1024;

const INTERNAL = 'INTERNAL_SERVER_ERROR';

/** The Apollo server, not yet started and without HTTP around it. */
export function createApolloServer({
  schema,
  errors,
  listeners,
  explorable,
  trusted,
  log,
}: GraphQLOptions): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: explorable,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: { cache: trusted === undefined ? sentBefore() : manifestStore(trusted) },
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [
      maxAliasesRule({ n: MAX_ALIASES, ...REPORTED }),
      maxDirectivesRule({ n: MAX_DIRECTIVES, ...REPORTED }),
      oneAttempt,
      depthLimit(DEPTH_LIMITS),
    ],
    // Apollo's own option for this leaves the suggestions in what is said of variables:
    // https://github.com/apollographql/apollo-server/issues/8086
    formatError: (formatted, error) => {
      const shown = maskUnexpected(withoutInput(formatted, error), error, errors);
      return explorable ? shown : withoutSuggestion(shown);
    },
    plugins: [
      onePlugin([
        ...(trusted === undefined ? [] : [onlyTrusted(trusted)]),
        queryCost({ shown: explorable }),
        noteOperation,
        ...listeners,
        failureReports(errors, log),
      ]),
      // Nothing is sent to anybody, whatever APOLLO_* variables the environment holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}

/** What clients have sent whole once and may name by its hash (automatic persisted queries). */
function sentBefore(): InMemoryLRUCache {
  return new InMemoryLRUCache({ maxSize: MAX_SENT_BEFORE_BYTES });
}

/** Keeps what was asked for at hand for events. */
const noteOperation: RequestListener = {
  didResolveOperation({ contextValue, operation }) {
    contextValue.operation = operation;
  },
};

/** Expected failures are shown as the error table says; of all others only that they happened. */
function maskUnexpected(
  formatted: GraphQLFormattedError,
  error: unknown,
  errors: ErrorTable,
): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const expected = errors.graphqlError(original);
  if (expected !== undefined) {
    const { http: _http, ...extensions } = expected.extensions;
    return { ...formatted, message: expected.message, extensions };
  }
  const { code, requestId } = formatted.extensions ?? {};
  if (code !== INTERNAL) return formatted;
  return {
    ...formatted,
    message: 'Something went wrong on our side.',
    extensions: { code, requestId },
  };
}

/** What the caller may have meant would tell them what there is. */
function withoutSuggestion(formatted: GraphQLFormattedError): GraphQLFormattedError {
  return { ...formatted, message: formatted.message.replace(/ ?Did you mean .+\?$/s, '') };
}

/**
 * Logs what was masked, under the request id that the client is told, and sets the answer's HTTP
 * status.
 */
function failureReports(errors: ErrorTable, log: Log): RequestListener {
  return {
    didEncounterErrors(context) {
      for (const error of context.errors) report(error, context, errors, log);
    },
  };
}

function report(
  error: GraphQLError,
  context: GraphQLRequestContext<RequestContext>,
  errors: ErrorTable,
  log: Log,
): void {
  const original = unwrapResolverError(error);
  const expected = errors.graphqlError(original);
  const status = statusOf(expected) ?? statusOf(original);
  if (status !== undefined && status !== 200 && context.response.http.status === undefined)
    context.response.http.status = status;
  if (expected?.extensions.code === 'SERVICE_UNAVAILABLE') {
    log.warn(
      { requestId: context.contextValue.requestId, reason: safeReason(original) },
      'A dependency is unavailable',
    );
  }
  const { code = INTERNAL } = error.extensions;
  if (expected === undefined && code === INTERNAL)
    error.extensions.requestId = context.contextValue.requestId;
  if (expected !== undefined || original instanceof GraphQLError) return;
  log.error(
    {
      requestId: context.contextValue.requestId,
      operationName: context.operationName,
      err: original,
    },
    'A resolver failed unexpectedly',
  );
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { http } = error.extensions as { http?: { status?: number } }; // Apollo's own convention
  return http?.status;
}
