// Sends one request after another at a fixed pace, whether or not the earlier ones were answered,
// and notes how long each took.
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../http-post.mjs';
import { once } from './once.mjs';

/**
 * @typedef {{ url: string, query: string, headers: Record<string, string>, everyMs: number,
 * seconds: number }} PacedRequests
 */

once(async (/** @type {PacedRequests} */ { url, query, headers, everyMs, seconds }) => {
  const agent = new Agent({ keepAlive: true });
  const total = Math.max(1, Math.floor((seconds * 1000) / everyMs));
  const started = performance.now();

  // Open loop: a slow answer does not hold back the requests after it. How late this process itself
  // was, `mostLate` tells.
  async function send(/** @type {number} */ index) {
    const due = started + index * everyMs;
    await sleep(Math.max(0, due - performance.now()));
    const sentAt = performance.now();
    const body = await post(url, { query }, { agent, headers });
    if (!body.data?.me) throw new Error(`me was answered with ${JSON.stringify(body)}`);
    return { ms: performance.now() - sentAt, late: sentAt - due };
  }

  const requests = await Promise.all(Array.from({ length: total }, (_, index) => send(index)));
  agent.destroy();
  return {
    milliseconds: requests.map(({ ms }) => ms),
    mostLate: Math.max(...requests.map(({ late }) => late)),
  };
});
