// What the sdk's directives cost: a query for 100 fields that are all guarded, beside the same
// query on the same schema without them.

import { authDirectives, sessionFromClaims } from '@authgraph/sdk';
import { buildSchema, executeSync, parse, validate } from 'graphql';

const FIELDS = 100;
const ROUNDS = 2_000;
const QUERIES_A_ROUND = 20;
const WARM_UP_ROUNDS = 200;
/** Of all rounds the fastest tell what the code costs; in the others something else was running. */
const FASTEST = 0.1;
const AIM = 0.9;

const DIRECTIVES = [
  '@authenticated',
  '@requiresScopes(scopes: [["things:write"], ["things:read", "others:read"]])',
];
const names = Array.from({ length: FIELDS }, (_, index) => `field${index}`);
const thing = Object.fromEntries(names.map((name) => [name, name]));
const document = parse(`{ thing { ${names.join(' ')} } }`);

const guarded = authDirectives(makeSchema());
const plain = makeSchema();
/** @type {[import('graphql').GraphQLSchema, number[]][]} */
const contenders = [
  [guarded, []],
  [plain, []],
];

for (const [schema] of contenders) check(schema);
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  // By turns, so that neither is always the first, and what the machine does besides hits both.
  for (const [schema, times] of round % 2 === 0 ? contenders : contenders.toReversed()) {
    const microseconds = measure(schema);
    if (round >= 0) times.push(microseconds);
  }
}

const [guardedTimes = [], plainTimes = []] = contenders.map(([, times]) =>
  times.toSorted((a, b) => a - b),
);
const ratio = at(plainTimes, FASTEST) / at(guardedTimes, FASTEST);
console.log(
  `${FIELDS} guarded fields, ${ROUNDS} interleaved rounds of ${QUERIES_A_ROUND} queries, ` +
    `Node ${process.version}`,
);
console.log(`  without directives   ${describe(plainTimes)}`);
console.log(`  with authDirectives  ${describe(guardedTimes)}`);
console.log(
  `  throughput ratio     ${ratio.toFixed(3)} ` +
    `(at the median ${(at(plainTimes, 0.5) / at(guardedTimes, 0.5)).toFixed(3)})`,
);
console.log(`  ${ratio >= AIM ? 'meets' : 'MISSES'} the aim of ${AIM}`);
if (ratio < AIM) process.exitCode = 1;

/**
 * Each field with one directive or the other, and the default resolver: the least work beside which
 * a check can stand.
 */
function makeSchema() {
  const fields = names.map(
    (name, index) => `${name}: String ${DIRECTIVES[index % DIRECTIVES.length]}`,
  );
  return buildSchema(`
    directive @authenticated on FIELD_DEFINITION
    directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
    type Query { thing: Thing }
    type Thing { ${fields.join('\n')} }`);
}

/**
 * A context as the session plugin leaves it, with a session as it makes them.
 * @param {string} scope
 */
function contextOf(scope) {
  const claims = { sub: 'u', sid: 's', roles: [], exp: 2_000_000_000, scope };
  const session = sessionFromClaims(
    /** @type {import('@authgraph/sdk').AccessTokenClaims} */ (/** @type {unknown} */ (claims)),
  );
  return Object.defineProperty({}, 'session', { get: () => session });
}

/** @param {import('graphql').GraphQLSchema} schema @param {object} contextValue */
function run(schema, contextValue) {
  return executeSync({ schema, document, rootValue: { thing }, contextValue });
}

/**
 * A measurement of a guard that guards nothing would be a fine one.
 * @param {import('graphql').GraphQLSchema} schema
 */
function check(schema) {
  if (validate(schema, document).length > 0) throw new Error('the query is not valid');
  if (run(schema, contextOf('things:read others:read')).errors !== undefined)
    throw new Error('the query is refused');
  const refused = run(schema, {}).errors?.length ?? 0;
  if (refused !== (schema === guarded ? FIELDS : 0))
    throw new Error(`${refused} fields are refused to the anonymous`);
}

/** Microseconds a query. @param {import('graphql').GraphQLSchema} schema */
function measure(schema) {
  const start = process.hrtime.bigint();
  for (let query = 0; query < QUERIES_A_ROUND; query++)
    run(schema, contextOf('users:read things:read others:read'));
  return Number(process.hrtime.bigint() - start) / 1e3 / QUERIES_A_ROUND;
}

/** @param {number[]} times */
function describe(times) {
  return `${at(times, FASTEST).toFixed(1)} µs a query (median ${at(times, 0.5).toFixed(1)})`;
}

/** @param {readonly number[]} sorted @param {number} share */
function at(sorted, share) {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
