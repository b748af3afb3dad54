import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';

type TypePart = TypeDefinitionNode | TypeExtensionNode;

/**
 * A type with all of its extensions: what the rules want to know of it, without building a schema.
 */
export interface LintedType {
  readonly name: string;
  readonly kind: 'object' | 'interface' | 'union' | 'scalar' | 'enum' | 'input object';
  readonly parts: readonly TypePart[];
  readonly directives: readonly ConstDirectiveNode[];
  readonly interfaces: readonly string[];
  /** Those of objects and interfaces. */
  readonly fields: readonly FieldDefinitionNode[];
}

/** Something that carries directives. */
export interface DirectivePlace {
  readonly coordinate: string;
  readonly kind:
    | LintedType['kind']
    | 'field'
    | 'interface field'
    | 'argument'
    | 'input field'
    | 'enum value'
    | 'schema';
  readonly directives: readonly ConstDirectiveNode[];
}

const KINDS = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.OBJECT_TYPE_EXTENSION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.UNION_TYPE_EXTENSION]: 'union',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
  [Kind.SCALAR_TYPE_EXTENSION]: 'scalar',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.ENUM_TYPE_EXTENSION]: 'enum',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input object',
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: 'input object',
} as const;

/** The types of a document by name, each with its extensions. */
export function typesOf(document: DocumentNode): ReadonlyMap<string, LintedType> {
  const parts = document.definitions.filter(
    (node) => isTypeDefinitionNode(node) || isTypeExtensionNode(node),
  );
  const names = new Set(parts.map(({ name }) => name.value));
  const partsOf = (wanted: string) => parts.filter(({ name }) => name.value === wanted);
  return new Map([...names].map((name) => [name, typeOf(name, partsOf(name))]));
}

/** The name of the type that mutations are fields of. */
export function mutationTypeName(document: DocumentNode): string {
  for (const node of document.definitions) {
    if (node.kind !== Kind.SCHEMA_DEFINITION && node.kind !== Kind.SCHEMA_EXTENSION) continue;
    const named = node.operationTypes?.find(({ operation }) => operation === 'mutation');
    if (named !== undefined) return named.type.name.value;
  }
  return 'Mutation';
}

/** The name of the type behind lists and non-null. */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

/** Every place of a document that can carry directives. */
export function directivePlaces(
  document: DocumentNode,
  types: Iterable<LintedType>,
): DirectivePlace[] {
  const schema = document.definitions.filter(
    (node) => node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION,
  );
  return [
    ...schema.map((node) => placeOf('schema', 'schema', node)),
    ...[...types].flatMap((type) => [
      { coordinate: type.name, kind: type.kind, directives: type.directives },
      ...type.parts.flatMap((part) => placesWithin(type, part)),
    ]),
  ];
}

function typeOf(name: string, parts: readonly TypePart[]): LintedType {
  return {
    name,
    parts,
    kind: KINDS[parts[0]?.kind ?? Kind.OBJECT_TYPE_DEFINITION],
    directives: parts.flatMap(({ directives }) => directives ?? []),
    interfaces: parts
      .flatMap((part) => ('interfaces' in part ? (part.interfaces ?? []) : []))
      .map((each) => each.name.value),
    fields: parts.flatMap((part) => (hasOutputFields(part) ? (part.fields ?? []) : [])),
  };
}

function placesWithin(type: LintedType, part: TypePart): DirectivePlace[] {
  if (hasOutputFields(part))
    return (part.fields ?? []).flatMap((field) => placesOfField(type, field));
  if ('values' in part)
    return (part.values ?? []).map((value) =>
      placeOf(`${type.name}.${value.name.value}`, 'enum value', value),
    );
  const inputs = 'fields' in part ? (part.fields ?? []) : [];
  return inputs.map((field) => placeOf(`${type.name}.${field.name.value}`, 'input field', field));
}

function placesOfField(type: LintedType, field: FieldDefinitionNode): DirectivePlace[] {
  const coordinate = `${type.name}.${field.name.value}`;
  const args = (field.arguments ?? []).map((argument) =>
    placeOf(`${coordinate}(${argument.name.value}:)`, 'argument', argument),
  );
  return [
    placeOf(coordinate, type.kind === 'interface' ? 'interface field' : 'field', field),
    ...args,
  ];
}

function placeOf(
  coordinate: string,
  kind: DirectivePlace['kind'],
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
): DirectivePlace {
  return { coordinate, kind, directives: node.directives ?? [] };
}

function hasOutputFields(
  part: TypePart,
): part is Extract<TypePart, { readonly fields?: readonly FieldDefinitionNode[] | undefined }> {
  return KINDS[part.kind] === 'object' || KINDS[part.kind] === 'interface';
}
