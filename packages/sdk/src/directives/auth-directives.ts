import {
  defaultFieldResolver,
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { type AccessCheck, accessCheck } from './access-check.js';
import { markEnforced } from './enforced-mark.js';
import { guardReferenceResolver } from './entity-guard.js';
import { type DecidePolicy, PolicyAnswers } from './policy-answers.js';
import type { Requirement } from './requirement.js';
import { type SchemaRequirements, schemaRequirements } from './schema-requirements.js';

export interface AuthDirectivesOptions {
  /**
   * Decides `@policy`. Needed when the schema uses it. Asked with each inner list, once a request.
   */
  readonly policy?: DecidePolicy;
}

/**
 * Enforces Federation's `@authenticated`, `@requiresScopes` and `@policy` in this process, whoever
 * asks and however a resolver is reached, `_entities` included. The session is `context.session`,
 * as `sessionContext` puts it there.
 *
 * A directive on a type guards its fields and every field that returns it, through lists,
 * interfaces and unions too; one on an interface, or a field of it, counts for every type that
 * implements it. Where several apply, all must hold. Denied: the field is null, its resolver has
 * not run, and `errors` holds UNAUTHENTICATED (there is no session) or FORBIDDEN (it lacks a scope
 * or policy).
 *
 * The schema is changed in place and returned. Throws when a directive's arguments are malformed,
 * or `@policy` is used without the option.
 *
 * @see
 * https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#authenticated
 *
 * @example
 * ```ts
 * import { authDirectives } from '@authgraph/sdk';
 * import { buildSchema } from 'graphql';
 *
 * export const schema = authDirectives(
 *   buildSchema(`
 *     directive @authenticated on FIELD_DEFINITION
 *     type Query {
 *       secret: String @authenticated
 *     }
 *   `),
 * );
 * ```
 */
export function authDirectives(
  schema: GraphQLSchema,
  { policy }: AuthDirectivesOptions = {},
): GraphQLSchema {
  const requirements = schemaRequirements(schema);
  if (policy === undefined) assertNoPolicies(requirements);
  const checkOf = checksFor(policy && new PolicyAnswers(policy));

  const subscriptions = new Set(Object.values(schema.getSubscriptionType()?.getFields() ?? {}));
  for (const [field, requirement] of requirements.fields) {
    const check = checkOf(requirement);
    field.resolve = guarded(field.resolve ?? defaultFieldResolver, check);
    if (subscriptions.has(field))
      field.subscribe = guarded(field.subscribe ?? defaultFieldResolver, check);
  }
  const types = new Map(
    [...requirements.types].map(([type, requirement]) => [type, checkOf(requirement)]),
  );
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) guardConcreteTypes(schema, type, types);
    if (isObjectType(type) || isInterfaceType(type)) guardReferenceResolver(type, types.get(type));
  }
  markEnforced(schema);
  return schema;
}

function assertNoPolicies({ types, fields }: SchemaRequirements): void {
  const uses = [...types.values(), ...fields.values()].some(({ policies }) => policies.length > 0);
  if (uses)
    throw new TypeError(
      'The schema uses @policy: authDirectives needs the option "policy", ' +
        'the function that decides it.',
    );
}

/** Elements that ask for the same share one check. */
function checksFor(answers: PolicyAnswers | undefined): (requirement: Requirement) => AccessCheck {
  const checks = new Map<string, AccessCheck>();
  return (requirement) => {
    const key = JSON.stringify(requirement);
    const check = checks.get(key) ?? accessCheck(requirement, answers);
    checks.set(key, check);
    return check;
  };
}

function guarded(
  resolve: GraphQLFieldResolver<unknown, unknown>,
  check: AccessCheck,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const pending = check(context);
    return pending === undefined
      ? resolve(source, args, context, info)
      : pending.then(() => resolve(source, args, context, info));
  };
}

/**
 * Behind an interface or a union the type is known only once there is a value: refused there, so
 * that not even its name is told.
 */
function guardConcreteTypes(
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  checks: ReadonlyMap<GraphQLNamedType, AccessCheck>,
): void {
  const byName = new Map(
    schema.getPossibleTypes(type).flatMap((each) => named(each, checks.get(each))),
  );
  if (byName.size === 0) return;
  const resolveType = type.resolveType ?? defaultTypeResolver;
  type.resolveType = (value, context, info, abstractType) => {
    const found = resolveType(value, context, info, abstractType);
    return isThenable(found)
      ? found.then((name) => allowed(name, context))
      : allowed(found, context);
  };

  function allowed(
    name: string | undefined,
    context: unknown,
  ): string | undefined | Promise<string | undefined> {
    const pending = name === undefined ? undefined : byName.get(name)?.(context);
    return pending === undefined ? name : pending.then(() => name);
  }
}

function named(type: GraphQLNamedType, check: AccessCheck | undefined): [string, AccessCheck][] {
  return check === undefined ? [] : [[type.name, check]];
}

function isThenable<Value>(value: Value | PromiseLike<Value> | undefined): value is Promise<Value> {
  // graphql's own test for a promise
  return typeof (value as Partial<PromiseLike<Value>> | undefined)?.then === 'function';
}
