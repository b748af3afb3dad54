import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answers, Processes, type SupergraphUrls, startSupergraph } from './supergraph.js';

const HELP = `npm run example:supergraph [-- --once] [-- --ports 4000,4001,4002,4100,4200]

Starts authgraph, two subgraphs, Hive Gateway and Apollo Gateway, and walks through them.
--once: stop after the walk. --ports: of these five, in this order.`;

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean' },
    ports: { type: 'string', default: '4000,4001,4002,4100,4200' },
    help: { type: 'boolean' },
  },
});
const [authgraph, products, reviews, hive, apollo] = options.ports.split(',').map(Number);
if (options.help || !authgraph || !products || !reviews || !hive || !apollo) {
  print(HELP);
  process.exit(options.help ? 0 : 2);
}

await assertFree([authgraph, products, reviews, hive, apollo]);

const example = fileURLToPath(new URL('..', import.meta.url));
const cli = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

if (!existsSync(join(example, 'gateways/node_modules'))) {
  print('Installing the gateways (once; this takes a minute) …');
  const { status } = spawnSync('npm', ['ci'], { cwd: join(example, 'gateways'), stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const folder = await mkdtemp(join(tmpdir(), 'authgraph-supergraph-'));
const processes = new Processes();
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));

try {
  const issuer = `http://localhost:${authgraph}`;
  const env = {
    PORT: String(authgraph),
    AUTHGRAPH_ISSUER: issuer,
    AUTHGRAPH_LOG_LEVEL: 'warn',
    // What clients call, and so what their proofs name (RFC 9449).
    AUTHGRAPH_PROOF_URLS: [hive, apollo].map((port) => `http://localhost:${port}/graphql`).join(),
  };
  processes.start(cli, ['serve'], { ...env, AUTHGRAPH_DATA_DIR: join(folder, 'data') });
  await answers(`http://127.0.0.1:${authgraph}/graphql`);
  const ports = { products, reviews, hive, apollo };
  const urls = await startSupergraph({
    example,
    folder,
    processes,
    authgraph: `http://127.0.0.1:${authgraph}`,
    issuer,
    ports,
  });
  await walk(urls, 'hive');
  await walk(urls, 'apollo');
  print('');
  for (const [name, url] of Object.entries(urls)) print(`${name.padEnd(10)} ${url}`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stop(1);
}
if (options.once) await stop(0);
else print('Ctrl-C stops all of it.');

/**
 * Signs up, writes with a session, and reads one answer from all three subgraphs, through one
 * gateway.
 */
async function walk(urls: SupergraphUrls, gateway: 'hive' | 'apollo'): Promise<void> {
  print(`\n── through ${gateway} ──`);
  const send = sender(urls[gateway]);
  const email = `${gateway}-${Date.now()}@example.com`;
  const signUp = await send(
    `mutation { signUp(input: { email: "${email}", password: "mauve-otter-climbs-77" }) {
      ... on SignedIn { user { id } tokens { accessToken } } } }`,
  );
  const token: string = signUp.data.signUp.tokens.accessToken;
  await send('mutation { writeReview(productId: "p1", body: "Pours well") { id } }', token);
  await send('mutation { addFavourite(productId: "p1") { id } }', token);
  const query = `{
    me {
      email
      favourites { name price reviews { body author { id } } }
      reviews { body product { name } }
    }
    latestReviews { moderation author { id email } }
  }`;
  print(`with the token: ${JSON.stringify(await send(query, token))}`);
  print(`anonymous: ${JSON.stringify(await send(query))}`);
}

// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire
function sender(url: string): (query: string, token?: string) => Promise<any> {
  return async (query, token) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.json();
  };
}

/** Whatever listens there already would be taken for a part of the example. */
async function assertFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) {
      probe.close();
      await once(probe, 'close');
      continue;
    }
    process.stderr.write(
      `Port ${port} is taken. Free it, or choose others: --ports ${ports.join(',')}\n`,
    );
    process.exit(1);
  }
}

async function stop(code: number): Promise<never> {
  await processes[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
