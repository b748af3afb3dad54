import { type ASTNode, type ConstDirectiveNode, Kind, valueFromASTUntyped } from 'graphql';

/**
 * One `@link` to a specification of Apollo's (https://specs.apollo.dev/link/v1.0), as a schema's
 * directives hold it.
 */
export interface Link {
  /** `federation`, or a feature of its own such as `authenticated` in a supergraph. */
  readonly spec: string;
  readonly major: number;
  readonly minor: number;
  /** What stands before `__` in the names that are not imported. */
  readonly namespace: string;
  /**
   * Imported directives: their name in the specification to their name in this schema, both without
   * `@`.
   */
  readonly imports: ReadonlyMap<string, string>;
}

const SPEC_URL = /^https:\/\/specs\.apollo\.dev\/([^/]+)\/v(\d+)\.(\d+)/;

/**
 * Reads the links off a schema definition's directives. `@link` itself can be renamed, so it is
 * known by its URL.
 */
export function linksOf(schemaDirectives: readonly ConstDirectiveNode[]): Link[] {
  return schemaDirectives.flatMap((directive) => {
    const { url, as, import: imports } = argumentsOf(directive);
    const [, spec, major, minor] = (typeof url === 'string' && SPEC_URL.exec(url)) || [];
    if (spec === undefined) return [];
    const namespace = typeof as === 'string' ? as : spec;
    return [
      { spec, major: Number(major), minor: Number(minor), namespace, imports: importsOf(imports) },
    ];
  });
}

/** Every name that the links give to a directive of the federation specification. */
export function linkedNames(links: readonly Link[], directive: string): string[] {
  return links.flatMap(({ spec, namespace, imports }) => {
    if (spec === directive) return [namespace]; // a supergraph links each feature by itself
    if (spec !== 'federation') return [];
    const imported = imports.get(directive);
    return imported === undefined
      ? [`${namespace}__${directive}`]
      : [imported, `${namespace}__${directive}`];
  });
}

export function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

/** The directives of all `schema` and `extend schema` blocks. */
export function schemaDirectives(definitions: readonly ASTNode[]): ConstDirectiveNode[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.directives ?? [])
      : [],
  );
}

function importsOf(list: unknown): Map<string, string> {
  const imports = new Map<string, string>();
  for (const entry of Array.isArray(list) ? list : []) {
    const { name, as } = typeof entry === 'string' ? { name: entry, as: entry } : Object(entry);
    if (typeof name === 'string' && name.startsWith('@'))
      imports.set(name.slice(1), String(as ?? name).replace(/^@/, ''));
  }
  return imports;
}
