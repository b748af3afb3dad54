import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  getNamedType,
  isInputObjectType,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** What says that a mutation is not for everybody. */
const GUARDS = ['authenticated', 'requiresScopes', 'policy'];

/**
 * A document may try to prove something once: a second sign-in, sign-up, refresh, code or password
 * is refused, however it is named (OWASP GraphQL, batching attacks). Counts every mutation that
 * anybody may call, and those that take a password.
 */
export const oneAttempt: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== 'mutation') return;
    const attempts = fieldsOf(context, operation.selectionSet, new Set()).filter((field) =>
      isAttempt(context, field),
    );
    const [, second] = attempts;
    if (second === undefined) return;
    const message = 'A document may hold one mutation that proves who somebody is, not several.';
    context.reportError(new GraphQLError(message, { nodes: [second] }));
  },
});

/** The root fields, with the fragments written out; each fragment once, as it is executed. */
function fieldsOf(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field') return [selection];
    if (selection.kind === 'InlineFragment') return fieldsOf(context, selection.selectionSet, seen);
    const name = selection.name.value;
    const fragment = seen.has(name) ? undefined : context.getFragment(name);
    seen.add(name);
    return fragment ? fieldsOf(context, fragment.selectionSet, seen) : [];
  });
}

function isAttempt(context: ValidationContext, { name }: FieldNode): boolean {
  const field = context.getSchema().getMutationType()?.getFields()[name.value];
  return field !== undefined && (!isGuarded(field) || takesPassword(field));
}

function isGuarded({ astNode }: GraphQLField<unknown, unknown>): boolean {
  return astNode?.directives?.some(({ name }) => GUARDS.includes(name.value)) ?? false;
}

function takesPassword({ args }: GraphQLField<unknown, unknown>): boolean {
  const names = args.flatMap(({ name, type }) => {
    const input = getNamedType(type);
    return isInputObjectType(input) ? [name, ...Object.keys(input.getFields())] : [name];
  });
  return names.some((name) => /password/i.test(name));
}
