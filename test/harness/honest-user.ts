// Runs on a thread of its own, and imports no file of ours: Node.js takes it as it is.
import { parentPort, workerData } from 'node:worker_threads';

/** Who asks, and what. */
export interface HonestUser {
  readonly url: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly me: string;
  readonly refresh: string;
}

/** 99th percentiles in milliseconds. */
export interface Probes {
  readonly me: number;
  readonly refresh: number;
}

const { url, accessToken, me, refresh, ...first } = workerData as HonestUser;
let { refreshToken } = first;

// Each message says for how many milliseconds.
parentPort?.on('message', async (ms: number) => parentPort?.postMessage(await probe(ms)));

/** How long `me` and a refresh take meanwhile. */
async function probe(ms: number): Promise<Probes> {
  const until = performance.now() + ms;
  const [asked, renewed]: [number[], number[]] = [[], []];
  do {
    if (asked.length % 5 === 0) renewed.push(await timed(renew)); // 600 a minute are allowed
    asked.push(await timed(askMe));
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (performance.now() < until);
  return { me: p99(asked), refresh: p99(renewed) };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function askMe(): Promise<void> {
  const answer = await send(me, {}, { authorization: `Bearer ${accessToken}` });
  if (!answer.data?.me) throw new Error(JSON.stringify(answer));
}

async function renew(): Promise<void> {
  const answer = await send(refresh, { refreshToken });
  const tokens = answer.data?.refreshSession?.tokens;
  if (!tokens) throw new Error(JSON.stringify(answer));
  refreshToken = tokens.refreshToken;
}

async function send(query: string, variables: object, headers: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}
