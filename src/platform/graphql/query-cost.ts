import {
  type ConstDirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isCompositeType,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { integer } from '../settings/setting-schemas.js';
import { realmSetting, Settings } from '../settings/settings.js';
import { MOST_A_PAGE } from './connection.js';
import type { RequestContext } from './context.js';
import type { RequestListener } from './request-listener.js';

export const GRAPHQL_SETTINGS = new Settings({
  maxCost: realmSetting(integer(1, 1_000_000), '5000', 'the cost of the dearest operation'),
});

/** IBM's cost specification: what changes something costs more. */
const MUTATION = 10;
/** Fields of an operation with its fragments written out; no honest one has as many. */
const MOST_FIELDS = 2_000;

/**
 * Refuses an operation before anything is loaded for it, by what it may cost at most: each object
 * one, or what `@cost` says, times the lengths of the lists that it is in.
 */
export function queryCost({ shown }: { shown: boolean }): RequestListener {
  /** What operations without variables cost, for as long as Apollo keeps their documents. */
  const fixed = new WeakMap<OperationDefinitionNode, number>();
  const toShow = new WeakMap<RequestContext, number>();
  return {
    didResolveOperation({ request, document, operation, schema, contextValue }) {
      if (operation === undefined) return;
      const variables = request.variables ?? {};
      const cost = fixed.get(operation) ?? measure({ schema, document, operation, variables });
      if (cost === undefined) return;
      if (!operation.variableDefinitions?.length) fixed.set(operation, cost);
      if (shown) toShow.set(contextValue, cost);
      const { maxCost } = GRAPHQL_SETTINGS.of(contextValue.realm);
      if (cost > maxCost) throw tooDear(cost, maxCost);
    },
    willSendResponse({ contextValue, response: { body } }) {
      const cost = toShow.get(contextValue) ?? 0;
      if (cost === 0 || body.kind !== 'single') return;
      body.singleResult.extensions = { ...body.singleResult.extensions, cost };
    },
  };
}

interface Measured {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

/** Undefined when variables are not right: nothing will be executed, and that says why. */
function measure({ schema, document: query, operation, variables }: Measured): number | undefined {
  const definitions = operation.variableDefinitions ?? [];
  if (getVariableValues(schema, definitions, variables).errors !== undefined) return undefined;
  const operationName = operation.name?.value;
  const which = operationName === undefined ? {} : { operationName };
  const estimators = [estimate];
  try {
    return getComplexity({
      schema,
      query,
      ...which,
      variables,
      estimators,
      maxQueryNodes: MOST_FIELDS,
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
    throw new GraphQLError(error.message, { extensions });
  }
}

const estimate: ComplexityEstimator = ({ field, type, args, childComplexity }) => {
  const { weight, length } = costOf(field);
  const own = weight ?? (type.name === 'Mutation' ? MUTATION : 0);
  const objects = isCompositeType(getNamedType(field.type)) ? 1 : 0;
  return own + objects + lengthOf(length, args) * childComplexity;
};

/** What a field's directives say. */
interface FieldCost {
  readonly weight: number | undefined;
  readonly length: { readonly assumed: number; readonly argument: string | undefined };
}

const known = new WeakMap<GraphQLField<unknown, unknown>, FieldCost>();

function costOf(field: GraphQLField<unknown, unknown>): FieldCost {
  const found = known.get(field);
  if (found !== undefined) return found;
  const { weight } = argumentsOf(field, 'cost');
  const { assumedSize, slicingArguments } = argumentsOf(field, 'listSize');
  const [argument] = Array.isArray(slicingArguments) ? slicingArguments : [];
  const made = {
    weight: weight === undefined ? undefined : Number(weight),
    length: {
      assumed: Number(assumedSize ?? 1),
      argument: field.name === '_entities' ? 'representations' : argument,
    },
  };
  known.set(field, made);
  return made;
}

function lengthOf({ assumed, argument }: FieldCost['length'], args: object): number {
  const value = argument === undefined ? undefined : (args as Record<string, unknown>)[argument];
  if (Array.isArray(value)) return value.length;
  // More than a page may have is refused by the field itself, which says why.
  return typeof value === 'number' ? Math.min(Math.max(value, 1), MOST_A_PAGE) : assumed;
}

function argumentsOf(
  { astNode }: GraphQLField<unknown, unknown>,
  directive: string,
): Record<string, unknown> {
  const applied: ConstDirectiveNode | undefined = astNode?.directives?.find(
    ({ name }) => name.value === directive,
  );
  const entries = applied?.arguments?.map((each) => [
    each.name.value,
    valueFromASTUntyped(each.value),
  ]);
  return Object.fromEntries(entries ?? []);
}

function tooDear(cost: number, maxCost: number): GraphQLError {
  const message = `This operation may cost ${cost}; at most ${maxCost} is allowed. Ask for less.`;
  const http = { status: 400 };
  return new GraphQLError(message, {
    extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost, maxCost, http },
  });
}
