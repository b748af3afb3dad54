import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parseConstValue,
  type TypeNode,
  visit,
} from 'graphql';

/** A list of objects that says nothing of its length. */
const USUAL_LENGTH = 10;

/**
 * Says of each list in a schema how long it may be (`@listSize` of IBM's cost specification, which
 * routers read as well): of a connection what `first` says, of other lists of objects a guess,
 * unless the field says itself.
 */
export function withListSizes(schema: DocumentNode): DocumentNode {
  const objects = new Set<string>();
  for (const definition of schema.definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) objects.add(definition.name.value);
  }
  return visit(schema, {
    ObjectTypeDefinition: {
      // Fields of a connection need no sizes of their own: its `sizedFields` name them.
      enter: ({ name }) => (isConnection(name.value) ? false : undefined),
    },
    FieldDefinition: {
      enter(field) {
        const size = sizeOf(field, objects);
        return size && { ...field, directives: [...(field.directives ?? []), size] };
      },
    },
  });
}

function sizeOf(
  field: FieldDefinitionNode,
  objects: ReadonlySet<string>,
): ConstDirectiveNode | undefined {
  if (field.directives?.some(({ name }) => name.value === 'listSize')) return undefined;
  const { named, isList } = unwrap(field.type);
  if (isConnection(named)) {
    return directive({
      slicingArguments: '["first"]',
      sizedFields: '["edges", "nodes"]',
      requireOneSlicingArgument: 'false',
    });
  }
  return isList && objects.has(named)
    ? directive({ assumedSize: String(USUAL_LENGTH) })
    : undefined;
}

function isConnection(typeName: string): boolean {
  return typeName.endsWith('Connection');
}

function unwrap(type: TypeNode): { readonly named: string; readonly isList: boolean } {
  if (type.kind === Kind.NAMED_TYPE) return { named: type.name.value, isList: false };
  const { named, isList } = unwrap(type.type);
  return { named, isList: isList || type.kind === Kind.LIST_TYPE };
}

function directive(values: Readonly<Record<string, string>>): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'listSize' },
    arguments: Object.entries(values).map(([name, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: name },
      value: parseConstValue(value),
    })),
  };
}
