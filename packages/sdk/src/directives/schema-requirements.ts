import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { appliedDirectives, type Directable } from './applied-directives.js';
import { authDirectiveNames } from './auth-directive-names.js';
import { linksOf, schemaDirectives } from './links.js';
import { allOf, type Requirement, requirementOf } from './requirement.js';

export type Field = GraphQLField<unknown, unknown>;

/** What a schema's directives ask for. Elements that ask for nothing are not listed. */
export interface SchemaRequirements {
  /** To be given an object of this type, or a value of it; with what its interfaces ask for. */
  readonly types: ReadonlyMap<GraphQLNamedType, Requirement>;
  /** To have this field of an object type resolved. */
  readonly fields: ReadonlyMap<Field, Requirement>;
}

/**
 * Federation's own field, which describes the schema and holds no data: a gateway reads it without
 * a session.
 */
const SDL_FIELD = '_service';

/**
 * Reads what every type and field asks for. All that applies counts, ANDed: directives add up, none
 * weakens another.
 */
export function schemaRequirements(schema: GraphQLSchema): SchemaRequirements {
  const links = linksOf(
    schemaDirectives([schema.astNode, ...schema.extensionASTNodes].filter((node) => node != null)),
  );
  const names = authDirectiveNames(links);
  const all = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
  const types = presentOnly(all.map((type) => [type, ofType(type)] as const));
  const fields = presentOnly(
    all
      .filter(isObjectType)
      .flatMap((type) => fieldsOf(type).map((field) => [field, ofField(type, field)] as const)),
  );
  return { types, fields };

  function ofType(type: GraphQLNamedType): Requirement | undefined {
    const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
    return allOf([type, ...interfaces].map((each) => declared(each, each.name)));
  }

  function ofField(parent: GraphQLObjectType, field: Field): Requirement | undefined {
    if (parent === schema.getQueryType() && field.name === SDL_FIELD) return undefined;
    return allOf([
      types.get(parent),
      declared(field, `${parent.name}.${field.name}`),
      ...parent.getInterfaces().map((each) => {
        const inherited = each.getFields()[field.name];
        return inherited && declared(inherited, `${each.name}.${field.name}`);
      }),
      types.get(getNamedType(field.type)),
    ]);
  }

  function declared(element: Directable, coordinate: string): Requirement | undefined {
    return allOf(
      appliedDirectives(element).map(({ name, args }) => {
        const directive = names.get(name);
        return directive && requirementOf(directive, args, coordinate);
      }),
    );
  }
}

function fieldsOf(type: GraphQLObjectType): Field[] {
  return Object.values(type.getFields());
}

function presentOnly<Key>(
  entries: Iterable<readonly [Key, Requirement | undefined]>,
): Map<Key, Requirement> {
  const present = new Map<Key, Requirement>();
  for (const [key, requirement] of entries)
    if (requirement !== undefined) present.set(key, requirement);
  return present;
}
