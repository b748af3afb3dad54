// Sends GraphQL requests as fast as they are answered, over a fixed number of connections: for some
// seconds, or a number of them.
import autocannon from 'autocannon';
import { once } from './once.mjs';

/** How soon after the last answer the end is noticed. */
const NOTICED_WITHIN_MS = 10;

/**
 * `mustContain` is text that every right answer holds. After some seconds the requests under way
 * are neither awaited nor counted; a number of requests (`amount`) is answered to the last.
 * @typedef {{ url: string, operations: { query: string, variables?: object }[], headers?:
 * Record<string, string>, connections: number,   mustContain: string } & ({ seconds: number } | {
 * amount: number })} HttpLoad
 */

once(
  async (
    /** @type {HttpLoad} */ { url, operations, headers = {}, connections, mustContain, ...extent },
  ) => {
    const result = await autocannon({
      url: `${url}/graphql`,
      connections,
      ...('amount' in extent
        ? { amount: extent.amount, sampleInt: NOTICED_WITHIN_MS }
        : { duration: extent.seconds }),
      headers: { 'content-type': 'application/json', ...headers },
      requests: operations.map((operation) => ({
        method: 'POST',
        body: JSON.stringify(operation),
      })),
      verifyBody: (body = '') => body.toString().includes(mustContain),
    });
    const failed = result.errors + result.timeouts + result.non2xx + result.mismatches;
    if (failed > 0 || result['2xx'] === 0)
      throw new Error(
        `${failed} of ${result.requests.total} requests were not answered as expected`,
      );
    return { answered: result['2xx'], seconds: result.duration };
  },
);
