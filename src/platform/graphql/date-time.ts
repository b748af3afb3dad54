import { GraphQLScalarType } from 'graphql';

/** ISO 8601 in UTC. Only ever an output so far. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'ISO 8601, UTC',
  serialize: (value) => {
    if (!(value instanceof Date)) throw new TypeError('DateTime serializes a Date');
    return value.toISOString();
  },
});
