import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** ISO 8601; UTC where it is an output. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'ISO 8601, UTC',
  serialize: (value) => {
    if (!(value instanceof Date)) throw new TypeError('DateTime serializes a Date');
    return value.toISOString();
  },
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

function parse(text: unknown): Date {
  const time = typeof text === 'string' && ISO_8601.test(text) ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new GraphQLError('DateTime is written in ISO 8601, such as 2026-01-31T12:00:00Z.');
  }
  return time;
}
