import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
} from 'graphql';
import {
  AUTH_DIRECTIVES,
  type AuthDirective,
  authDirectiveNames,
} from '../directives/auth-directive-names.js';
import { type Link, linkedNames, linksOf, schemaDirectives } from '../directives/links.js';
import {
  type DirectivePlace,
  directivePlaces,
  type LintedType,
  mutationTypeName,
  namedTypeOf,
  typesOf,
} from './schema-elements.js';

/** A parsed schema, with the questions that more than one rule asks of it. */
export class LintedSchema {
  readonly types: ReadonlyMap<string, LintedType>;
  readonly places: readonly DirectivePlace[];
  readonly links: readonly Link[];
  readonly mutations: LintedType | undefined;
  /** What composition wrote: it puts the directives on interfaces by itself. */
  readonly isSupergraph: boolean;
  readonly #names: ReadonlyMap<string, AuthDirective>;
  readonly #defined: ReadonlySet<string>;

  constructor(document: DocumentNode) {
    this.types = typesOf(document);
    this.places = directivePlaces(document, this.types.values());
    this.links = linksOf(schemaDirectives(document.definitions));
    this.mutations = this.types.get(mutationTypeName(document));
    this.isSupergraph = this.links.some(({ spec }) => spec === 'join');
    this.#names = authDirectiveNames(this.links);
    this.#defined = new Set(
      document.definitions.flatMap((node) =>
        node.kind === Kind.DIRECTIVE_DEFINITION ? [node.name.value] : [],
      ),
    );
  }

  /**
   * Which access control directive it is, or must be meant to be: a plain name that a link has
   * replaced, and that nobody defines.
   */
  authDirective({ name: { value } }: ConstDirectiveNode): AuthDirective | undefined {
    return (
      this.#names.get(value) ??
      (this.#defined.has(value)
        ? undefined
        : AUTH_DIRECTIVES.find((directive) => directive === value))
    );
  }

  /**
   * True when the field, its type, an interface of it or the type that it returns carries an access
   * control directive.
   */
  isProtected(type: LintedType, field: FieldDefinitionNode): boolean {
    const inherited = type.interfaces
      .flatMap((name) => this.types.get(name)?.fields ?? [])
      .filter((each) => each.name.value === field.name.value);
    return (
      [field, ...inherited].some(({ directives = [] }) => this.#hasAuth(directives)) ||
      this.#isProtectedType(type) ||
      this.#isProtectedType(this.types.get(namedTypeOf(field.type)))
    );
  }

  /** True when one of these is federation's directive of that name, whatever the links call it. */
  carries(directives: readonly ConstDirectiveNode[], directive: string): boolean {
    const names = [directive, `federation__${directive}`, ...linkedNames(this.links, directive)];
    return directives.some(({ name }) => names.includes(name.value));
  }

  #isProtectedType(type: LintedType | undefined): boolean {
    if (type === undefined) return false;
    return [type, ...type.interfaces.map((name) => this.types.get(name))].some((each) =>
      this.#hasAuth(each?.directives ?? []),
    );
  }

  #hasAuth(directives: readonly ConstDirectiveNode[]): boolean {
    return directives.some((directive) => this.authDirective(directive) !== undefined);
  }
}
