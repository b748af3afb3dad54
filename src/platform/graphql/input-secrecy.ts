import { type ASTNode, GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';

const VALUES: readonly string[] = [
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
];

/** What graphql says of a variable: its name, the value (left out), and where in it. */
const VARIABLE = /^Variable "\$(\w+)" got invalid value [\s\S]*?(?: at "([\w.[\]]+)")?; /;
const EXPECTED_TYPE = /^Expected value of type "([\w![\]]+)"/;
/** A punctuator, or the kind of a token: no more than the grammar. */
const TOKEN = '(?:"[^\\w"]{1,3}"|[\\w<>]+)';
const SYNTAX = new RegExp(
  `^Syntax Error: (?:Expected .+?, found ${TOKEN}|Unexpected ${TOKEN}|[\\w ]+)`,
);
/** What of the schema an error ends with. */
const TYPE = '"[\\w![\\]]+"';
const REASONS = [
  `Field "\\w+" of required type ${TYPE} was not provided`,
  `Expected type ${TYPE} to be an object`,
  `Expected non-nullable type ${TYPE} not to be null`,
];
const REASON = new RegExp(`; ((?:${REASONS.join('|')})\\.)$`);
const UNKNOWN_FIELD = /; Field ".+" is not defined by type "(\w+)"\.(?: Did you mean .+)?$/s;

/**
 * Takes out of an error what the client sent, since that may be a password in the wrong place:
 * syntax and coercion errors name the place, not the value.
 */
export function withoutInput(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const nodes = error instanceof GraphQLError ? error.nodes : undefined;
  const message = messageWithoutInput(formatted.message, nodes);
  return message === formatted.message ? formatted : { ...formatted, message };
}

function messageWithoutInput(message: string, nodes: readonly ASTNode[] | undefined): string {
  const variable = VARIABLE.exec(message);
  if (variable !== null) {
    const [, name, path] = variable;
    const place = path === undefined ? '' : ` at "${path}"`;
    return `Variable "$${name}" got an invalid value${place}.${reasonOf(message)}`;
  }
  if (message.startsWith('Syntax Error: '))
    return `${SYNTAX.exec(message)?.[0] ?? 'Syntax Error'}.`;
  if (!nodes?.some(({ kind }) => VALUES.includes(kind))) return message;
  const type = EXPECTED_TYPE.exec(message)?.[1];
  return type === undefined
    ? 'This value is not of the type that is expected here.'
    : `This value is not of the type "${type}", which is expected here.`;
}

function reasonOf(message: string): string {
  const reason = REASON.exec(message)?.[1];
  if (reason !== undefined) return ` ${reason}`;
  const type = UNKNOWN_FIELD.exec(message)?.[1];
  return type === undefined ? '' : ` It has a field that type "${type}" does not know.`;
}
