import {
  Directive,
  Extensions,
  getMetadataStorage,
  type MiddlewareFn,
  UseMiddleware,
} from 'type-graphql';
import type { AuthDirective } from '../directives/auth-directive-names.js';
import { isEnforced } from '../directives/enforced-mark.js';
import type { AnyOf } from '../directives/requirement.js';

/**
 * Goes on a resolver's method, a field's property or method, an object type's class, or a
 * resolver's class (for all of its methods).
 */
export type AuthDecorator = PropertyDecorator & MethodDecorator & ClassDecorator;

type Arguments = Readonly<Record<string, AnyOf>>;

/**
 * Needs a session. Like the other decorators here it puts Federation's directive on the schema, for
 * the router, and `authDirectives(schema)` enforces it in this process: call it on the schema that
 * is served. Until it was called, what is decorated answers with an error.
 *
 * @example
 * ```ts
 * import { Authenticated } from '@authgraph/sdk/type-graphql';
 * import { Query, Resolver } from 'type-graphql';
 *
 * @Resolver()
 * export class ReportResolver {
 *   @Authenticated()
 *   @Query(() => String, { nullable: true })
 *   report(): string {
 *     return 'All is well.';
 *   }
 * }
 * ```
 */
export function Authenticated(): AuthDecorator {
  return annotate('authenticated', {});
}

/**
 * Needs a session with these scopes: `@RequiresScopes('a', 'b')` is a AND b,
 * `@RequiresScopes([['a', 'b'], ['c']])` is (a AND b) OR c, as in the directive.
 *
 * @example
 * ```ts
 * import { RequiresScopes } from '@authgraph/sdk/type-graphql';
 * import { Query, Resolver } from 'type-graphql';
 *
 * @Resolver()
 * export class ReportResolver {
 *   @RequiresScopes('reports:read')
 *   @Query(() => String, { nullable: true })
 *   report(): string {
 *     return 'All is well.';
 *   }
 * }
 * ```
 */
export function RequiresScopes(anyOf: AnyOf): AuthDecorator;
export function RequiresScopes(...all: string[]): AuthDecorator;
export function RequiresScopes(...given: string[] | [AnyOf]): AuthDecorator {
  return annotate('requiresScopes', { scopes: alternatives('RequiresScopes', given) });
}

/**
 * Needs a session that the host's `policy` function lets through: `@Policy('a', 'b')` is a AND b,
 * `@Policy([['a', 'b'], ['c']])` is (a AND b) OR c.
 *
 * @example
 * ```ts
 * import { Policy } from '@authgraph/sdk/type-graphql';
 * import { Query, Resolver } from 'type-graphql';
 *
 * @Resolver()
 * export class ReportResolver {
 *   @Policy('auditors')
 *   @Query(() => String, { nullable: true })
 *   report(): string {
 *     return 'All is well.';
 *   }
 * }
 * ```
 */
export function Policy(anyOf: AnyOf): AuthDecorator;
export function Policy(...all: string[]): AuthDecorator;
export function Policy(...given: string[] | [AnyOf]): AuthDecorator {
  return annotate('policy', { policies: alternatives('Policy', given) });
}

function annotate(name: AuthDirective, args: Arguments): AuthDecorator {
  return (target: object, key?: string | symbol) => {
    if (key !== undefined) return apply(name, args, target, key);
    const handlers = handlersOf(target);
    if (handlers.length === 0) return apply(name, args, target);
    // type-graphql has no place for a directive on a resolver's class: it means each of its
    // methods.
    for (const { prototype, methodName } of handlers) apply(name, args, prototype, methodName);
  };
}

/**
 * The directive stands twice: as SDL, which most tools read, and in the extensions, since
 * type-graphql (2.0.0-rc.4) drops the SDL of a field resolver whose field is declared on the class,
 * and that of a class from the classes that extend it. No issue of theirs is known. Both print as
 * one.
 */
function apply(name: AuthDirective, args: Arguments, target: object, key?: string | symbol): void {
  // Without a key the target is a class; type-graphql's decorators tell the two apart in the same
  // way.
  const decorate = (decorator: unknown) =>
    (decorator as (target: object, key?: string | symbol) => void)(target, key);
  decorate(Directive(sdl(name, args)));
  const { directives, isNew } = extensionsOf(target, key);
  directives[name] = [...(directives[name] ?? []), args];
  if (!isNew) return;
  decorate(Extensions({ directives }));
  const { classExtensions, fieldExtensions } = getMetadataStorage();
  if (key === undefined) repeatLastAtFront(classExtensions);
  else repeatLastAtFront(fieldExtensions);
  decorate(UseMiddleware(refuseUnlessEnforced));
}

type Directives = Partial<Record<AuthDirective, readonly Arguments[]>>;

const extensions = new WeakMap<object, Map<string | symbol | undefined, Directives>>();

/**
 * type-graphql keeps one value of `directives` for an element and its ancestors: so each starts
 * with those of its nearest ancestor.
 */
function extensionsOf(
  target: object,
  key: string | symbol | undefined,
): { directives: Directives; isNew: boolean } {
  const ofTarget = extensions.get(target) ?? new Map<string | symbol | undefined, Directives>();
  extensions.set(target, ofTarget);
  const known = ofTarget.get(key);
  if (known !== undefined) return { directives: known, isNew: false };
  const directives = { ...inherited(target, key) };
  ofTarget.set(key, directives);
  return { directives, isNew: true };
}

function inherited(target: object, key: string | symbol | undefined): Directives | undefined {
  const parent: object | null = Object.getPrototypeOf(target);
  return parent === null ? undefined : (extensions.get(parent)?.get(key) ?? inherited(parent, key));
}

/**
 * type-graphql (2.0.0-rc.4) keeps the last of them, and turns the list around at every build: so
 * the most derived stands at both ends. It has gone by a list since
 * https://github.com/MichalLytek/type-graphql/issues/709
 */
function repeatLastAtFront<Entry>(entries: Entry[]): void {
  entries.unshift(...entries.slice(-1));
}

const refuseUnlessEnforced: MiddlewareFn = ({ info }, next) => {
  if (isEnforced(info.schema)) return next();
  throw new Error(
    'This schema has access control decorators that nothing enforces: ' +
      'call authDirectives(schema) on the schema that is served.',
  );
};

function handlersOf(resolver: object): { prototype: object; methodName: string }[] {
  const { queries, mutations, subscriptions, fieldResolvers } = getMetadataStorage();
  // the others are methods of object types
  const fields = fieldResolvers.filter(({ kind }) => kind === 'external');
  return [...queries, ...mutations, ...subscriptions, ...fields]
    .filter(
      ({ target }) => target === resolver || Object.prototype.isPrototypeOf.call(target, resolver),
    )
    .map(({ target, methodName }) => ({ prototype: target.prototype, methodName }));
}

function alternatives(decorator: string, given: string[] | [AnyOf]): AnyOf {
  const [first] = given;
  // either of the two overloads
  const anyOf = Array.isArray(first) ? (first as AnyOf) : [given as string[]];
  if (anyOf.length === 0 || anyOf.some((all) => !Array.isArray(all) || all.length === 0)) {
    throw new TypeError(
      `@${decorator} needs names: an empty list would let nobody in, or everybody.`,
    );
  }
  return anyOf;
}

function sdl(name: AuthDirective, args: Arguments): string {
  const entries = Object.entries(args);
  return entries.length === 0
    ? `@${name}`
    : `@${name}(${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')})`;
}
