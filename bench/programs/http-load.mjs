// Sends GraphQL requests as fast as they are answered, over a fixed number of connections.
import autocannon from 'autocannon';
import { once } from './once.mjs';

/**
 * `mustContain` is text that every right answer holds.
 * @typedef {{ url: string, operations: { query: string, variables?: object }[], headers?: Record<string, string>, connections: number,
 *   seconds: number, mustContain: string }} HttpLoad
 */

once(async (/** @type {HttpLoad} */ { url, operations, headers = {}, connections, seconds, mustContain }) => {
  const result = await autocannon({
    url: `${url}/graphql`,
    connections,
    duration: seconds,
    headers: { 'content-type': 'application/json', ...headers },
    requests: operations.map((operation) => ({ method: 'POST', body: JSON.stringify(operation) })),
    verifyBody: (body) => body.toString().includes(mustContain),
  });
  const failed = result.errors + result.timeouts + result.non2xx + result.mismatches;
  if (failed > 0 || result['2xx'] === 0) throw new Error(`${failed} of ${result.requests.total} requests were not answered as expected`);
  return { answered: result['2xx'], seconds: result.duration };
});
