import { FEATURES } from '../../src/app/features.js';
import { buildSubgraph, type Subgraph } from '../../src/platform/graphql/schema.js';

/** The service's schema as `authgraph schema` prints it: it describes, and answers nothing. */
export function describedSubgraph(): Subgraph {
  return buildSubgraph({ resolvers: FEATURES.flatMap(({ resolvers }) => resolvers ?? []) });
}
