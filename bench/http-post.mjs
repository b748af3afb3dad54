import { request } from 'node:http';

/**
 * Posts one GraphQL operation and resolves to the body of the answer. Node's own client, since
 * `fetch` would cost more than the answer.
 * @param {string} url the service's
 * @param {{ query: string, variables?: object }} operation
 * @param {{ agent?: import('node:http').Agent, headers?: Record<string, string> }} [options]
 * @returns {Promise<any>}
 */
export function post(url, operation, { agent, headers = {} } = {}) {
  const payload = Buffer.from(JSON.stringify(operation));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': payload.length,
          ...headers,
        },
      },
      (incoming) => {
        const chunks = /** @type {Buffer[]} */ ([]);
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
